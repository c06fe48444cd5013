import { AUDIT_CATEGORY, type NewEvent, newId, SYSTEM } from '@whodid/core'
import { createInstanceName } from './instance-name.ts'

interface Gap {
  from: number
  to: number
  count: number
}

/** Counts lost events by tenant until they are reported as `audit.gap`. */
export interface Losses {
  readonly count: number
  add(tenantId: string | undefined, at: number): void
  /** Returns the losses as events, and resets the count. */
  take(now: number): NewEvent[]
}

/** Creates a counter for the losses of one process. */
export function createLosses(givenInstance: string | undefined): Losses {
  let instance = givenInstance
  const gaps = new Map<string | undefined, Gap>()
  return {
    get count() {
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
      // Some runtimes allow random numbers only within a request.
      instance ??= createInstanceName()
      const name = instance
      const events = Array.from(gaps, ([tenantId, gap]) => toEvent(name, tenantId, gap, now))
      gaps.clear()
      return events
    },
  }
}

function toEvent(instance: string, tenantId: string | undefined, gap: Gap, now: number): NewEvent {
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
