import { type EventStore, type Purgeable, type Retention, WhodidError } from '@whodid/core'
import { createLru } from '../lru.ts'

/** How long the host keeps events. */
export interface RetentionOptions {
  /** For how many days the plan of a tenant keeps its events; null for ever. @default for ever */
  readonly plan?: ((tenantId: string) => number | null | Promise<number | null>) | undefined
  /** Whether a tenant may choose to keep its events for longer than its plan says. @default false, only for shorter */
  readonly mayLengthen?: boolean | undefined
  /** Whether this process purges by itself, about once an hour. @default true */
  readonly automatic?: boolean | undefined
}

/** How long a tenant's events are kept, and who says so. */
export interface RetentionWindow extends Retention {
  readonly tenantId: string
  /** What the tenant chose; null when it leaves that to the plan. */
  readonly own: number | null
  /** What the host says; null for ever. */
  readonly plan: number | null
  readonly mayLengthen: boolean
}

/** What a tenant sets; what is absent stays as it is. */
export interface RetentionSettings {
  /** Null for what the plan says. */
  readonly days?: number | null | undefined
  readonly legalHold?: boolean | undefined
}

/** What a window would remove now. */
export interface PurgePreview extends Purgeable {
  /** What occurred before this time; null when nothing is to go. */
  readonly before: string | null
}

/** Which events are past their time. */
export interface Windows {
  of(tenantId: string): Promise<RetentionWindow>
  /** A window as it would be under other settings. Throws `forbidden` for more days than the plan has. */
  under(window: RetentionWindow, settings: RetentionSettings): RetentionWindow
  set(tenantId: string, retention: Retention): Promise<void>
  /** The time in milliseconds before which nothing is read any more; null when all is. Known to the minute. */
  cutOf(tenantId: string): Promise<number | null>
  preview(window: RetentionWindow): Promise<PurgePreview>
}

const DAY = 86_400_000
const MINUTE = 60_000
const REMEMBERED = 10_000

/** The beginning of the first day that is kept: an event stays for its days, and until the day in UTC is over. */
export function cutOf({ days, legalHold }: Retention, now: number): number | null {
  return days === null || legalHold ? null : Math.floor((now - days * DAY) / DAY) * DAY
}

/** Makes the one place that knows how long whose events are kept. */
export function createWindows(
  store: Pick<EventStore, 'retention'>,
  { plan = () => null, mayLengthen = false }: RetentionOptions,
  now: () => number,
): Windows {
  const recent = createLru<{ readonly window: Promise<RetentionWindow>; readonly at: number }>(REMEMBERED)

  const daysOf = (own: number | null, planned: number | null): number | null => {
    if (own === null || planned === null) return own ?? planned
    return mayLengthen ? own : Math.min(own, planned)
  }

  const of = async (tenantId: string): Promise<RetentionWindow> => {
    const [retention, planned] = await Promise.all([store.retention.get(tenantId), plan(tenantId)])
    const own = retention?.days ?? null
    return {
      tenantId,
      days: daysOf(own, planned),
      legalHold: retention?.legalHold ?? false,
      own,
      plan: planned,
      mayLengthen,
    }
  }

  return {
    of,
    under(window, { days = window.own, legalHold = window.legalHold }) {
      if (days !== null && window.plan !== null && days > window.plan && !mayLengthen) {
        throw new WhodidError(
          'forbidden',
          `The plan of this tenant keeps events for ${window.plan} days: choose as many or fewer, or null for what the plan says.`,
        )
      }
      return { ...window, own: days, legalHold, days: daysOf(days, window.plan) }
    },
    async set(tenantId, retention) {
      await store.retention.set(tenantId, retention)
      recent.delete(tenantId)
    },
    async cutOf(tenantId) {
      const known = recent.get(tenantId)
      if (known && now() - known.at < MINUTE) return cutOf(await known.window, now())
      const window = of(tenantId)
      recent.set(tenantId, { window, at: now() })
      window.catch(() => recent.delete(tenantId))
      return cutOf(await window, now())
    },
    async preview(window) {
      const before = cutOf(window, now())
      if (before === null) return { before: null, count: 0, first: null, last: null }
      const { count, first, last } = await store.retention.expired(window.tenantId, before)
      return { before: new Date(before).toISOString(), count, first, last }
    },
  }
}
