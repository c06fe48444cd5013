import { AUDIT_CATEGORY, type NewEvent, newId, SYSTEM } from '@whodid/core'

interface Gap {
  from: number
  to: number
  count: number
}

/** Keeps count of lost events by tenant, until it can be told as `audit.gap`. */
export interface Losses {
  readonly pending: number
  add(tenantId: string | undefined, at: number): void
  /** The evidence of all losses so far, as events; the count begins anew. */
  take(now: number): NewEvent[]
}

export function createLosses(instance: string): Losses {
  const gaps = new Map<string | undefined, Gap>()
  return {
    get pending() {
      let count = 0
      for (const gap of gaps.values()) count += gap.count
      return count
    },
    add(tenantId, at) {
      const gap = gaps.get(tenantId)
      if (gap === undefined) gaps.set(tenantId, { from: at, to: at, count: 1 })
      else {
        gap.from = Math.min(gap.from, at)
        gap.to = Math.max(gap.to, at)
        gap.count += 1
      }
    },
    take(now) {
      const events = Array.from(gaps, ([tenantId, gap]) => eventOf(instance, tenantId, gap, now))
      gaps.clear()
      return events
    },
  }
}

function eventOf(instance: string, tenantId: string | undefined, gap: Gap, now: number): NewEvent {
  const from = new Date(gap.from).toISOString()
  const to = new Date(gap.to).toISOString()
  return {
    id: newId(now),
    ...(tenantId !== undefined && { tenantId }),
    action: `${AUDIT_CATEGORY}.gap`,
    kind: 'other',
    severity: 'critical',
    actor: SYSTEM,
    resource: { type: 'trail', id: instance },
    description: `${gap.count} ${gap.count === 1 ? 'event was' : 'events were'} lost`,
    metadata: { instance, from, to, count: gap.count },
    context: { channel: 'system' },
  }
}
