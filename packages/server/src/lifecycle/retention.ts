import { type EventStore, type PurgeSummary, type Retention, WhodidError } from '@whodid/core'
import { createLru } from '../lru.ts'

/** Retention options of a service. */
export interface RetentionOptions {
  /** Returns how many days a tenant's plan keeps events; null for forever. @default forever */
  readonly plan?: ((tenantId: string) => number | null | Promise<number | null>) | undefined
  /** Allows tenants to keep events longer than their plan. @default false */
  readonly allowLonger?: boolean | undefined
  /** Purges about once an hour in this process. @default true */
  readonly autoPurge?: boolean | undefined
}

/** The retention of a tenant and how it is decided. */
export interface RetentionWindow extends Retention {
  readonly tenantId: string
  /** Days chosen by the tenant; null when it follows its plan. */
  readonly tenantDays: number | null
  /** Days of the tenant's plan; null for forever. */
  readonly plan: number | null
  readonly allowLonger: boolean
}

/** Retention settings of a tenant. Absent fields keep their value. */
interface RetentionSettings {
  /** Days to keep events; null to follow the plan. */
  readonly days?: number | null | undefined
  readonly legalHold?: boolean | undefined
}

/** The events that a purge would delete now. */
export interface PurgePreview extends PurgeSummary {
  /** Events that occurred before this time are deleted; null for none. */
  readonly before: string | null
}

/** The retention windows of all tenants. */
export interface RetentionWindows {
  get(tenantId: string): Promise<RetentionWindow>
  /** Returns the window with other settings applied. Throws `forbidden` for more days than the plan allows. */
  withSettings(window: RetentionWindow, settings: RetentionSettings): RetentionWindow
  set(tenantId: string, retention: Retention): Promise<void>
  /** Resolves to the epoch milliseconds before which events are not shown; null to show all. Cached for a minute. */
  getCutoff(tenantId: string): Promise<number | null>
  preview(window: RetentionWindow): Promise<PurgePreview>
}

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const MAX_CACHED_TENANTS = 10_000

/** Returns the start of the first day that is kept, in epoch milliseconds. An event is kept until its last day ends in UTC. */
export function computeCutoff({ days, legalHold }: Retention, now: number): number | null {
  return days === null || legalHold ? null : Math.floor((now - days * DAY_MS) / DAY_MS) * DAY_MS
}

/** Creates the retention windows of a service. */
export function createRetentionWindows(
  store: Pick<EventStore, 'retention'>,
  { plan = () => null, allowLonger = false }: RetentionOptions,
  now: () => number,
): RetentionWindows {
  const cache = createLru<{ readonly window: Promise<RetentionWindow>; readonly at: number }>(MAX_CACHED_TENANTS)

  const decideDays = (tenantDays: number | null, planDays: number | null): number | null => {
    if (tenantDays === null || planDays === null) return tenantDays ?? planDays
    return allowLonger ? tenantDays : Math.min(tenantDays, planDays)
  }

  const get = async (tenantId: string): Promise<RetentionWindow> => {
    const [retention, planDays] = await Promise.all([store.retention.get(tenantId), plan(tenantId)])
    const tenantDays = retention?.days ?? null
    return {
      tenantId,
      days: decideDays(tenantDays, planDays),
      legalHold: retention?.legalHold ?? false,
      tenantDays,
      plan: planDays,
      allowLonger,
    }
  }

  return {
    get,
    withSettings(window, { days = window.tenantDays, legalHold = window.legalHold }) {
      if (days !== null && window.plan !== null && days > window.plan && !allowLonger) {
        throw new WhodidError(
          'forbidden',
          `The plan of this tenant keeps events for ${window.plan} days: set \`days\` to at most ${window.plan}, or to null to follow the plan.`,
        )
      }
      return { ...window, tenantDays: days, legalHold, days: decideDays(days, window.plan) }
    },
    async set(tenantId, retention) {
      await store.retention.set(tenantId, retention)
      cache.delete(tenantId)
    },
    async getCutoff(tenantId) {
      const cached = cache.get(tenantId)
      if (cached && now() - cached.at < MINUTE_MS) return computeCutoff(await cached.window, now())
      const window = get(tenantId)
      cache.set(tenantId, { window, at: now() })
      window.catch(() => cache.delete(tenantId))
      return computeCutoff(await window, now())
    },
    async preview(window) {
      const before = computeCutoff(window, now())
      if (before === null) return { before: null, count: 0, first: null, last: null }
      const { count, first, last } = await store.retention.findExpired(window.tenantId, before)
      return { before: new Date(before).toISOString(), count, first, last }
    },
  }
}
