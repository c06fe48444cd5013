import { AUDIT_CATEGORY, type EventStore, type NewEvent } from '@whodid/core'
import { computeCutoff, type RetentionWindows } from './retention.ts'

/** Options for `createPurge`. */
interface PurgeOptions {
  readonly store: Pick<EventStore, 'retention'>
  readonly windows: RetentionWindows
  /** Records an audit event. */
  readonly record: (tenantId: string, event: NewEvent) => Promise<void>
  readonly now: () => number
  readonly onWarning: (message: string, cause: unknown) => void
}

/** Deletes events that are past their retention. */
interface Purge {
  /**
   * Purges every tenant, in batches with pauses between them. Resolves to the number of deleted events; null when another
   * process is purging.
   */
  run(): Promise<number | null>
  /** Schedules a purge after `firstMs`, then every `everyMs`, with jitter. */
  start(times?: { readonly firstMs: number; readonly everyMs: number }): void
  /** Stops after the current batch. */
  close(): Promise<void>
}

/** Events deleted per transaction. */
const BATCH_SIZE = 1_000
const MIN_PAUSE_MS = 5
const MAX_PAUSE_MS = 1_000
const HOUR_MS = 3_600_000
const DEFAULT_SCHEDULE = { firstMs: 60_000, everyMs: HOUR_MS }
const JITTER = 0.2

/** Creates a purge. Nothing is deleted until `run` or `start` is called. */
export function createPurge({ store, windows, record, now, onWarning }: PurgeOptions): Purge {
  const closing = new AbortController()
  let running: Promise<number | null> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(waiting)
        closing.signal.removeEventListener('abort', done)
        resolve()
      }
      const waiting = setTimeout(done, ms)
      closing.signal.addEventListener('abort', done)
    })

  const purgeTenant = async (tenantId: string): Promise<number> => {
    const window = await windows.get(tenantId)
    const before = computeCutoff(window, now())
    if (before === null) return 0
    const { count, first, last } = await store.retention.findExpired(tenantId, before)
    if (count === 0) return 0
    // Recorded first, so that no deletion goes unrecorded.
    await record(tenantId, {
      action: `${AUDIT_CATEGORY}.purged`,
      kind: 'delete',
      actor: { type: 'system', id: 'whodid', name: 'whodid' },
      resource: { type: 'retention', id: tenantId },
      description: `Started to delete ${formatCount(count, 'event')} older than ${formatCount(window.days ?? 0, 'day')}`,
      metadata: {
        before: new Date(before).toISOString(),
        count,
        first: first && { ...first },
        last: last && { ...last },
        policy: { days: window.days, tenantDays: window.tenantDays, plan: window.plan },
      },
      context: { channel: 'system' },
    })
    let deleted = 0
    while (deleted < count && !closing.signal.aborted) {
      // A legal hold or a longer retention may have been set in the meantime.
      const cutoff = computeCutoff(await windows.get(tenantId), now())
      if (cutoff === null || cutoff < before) break
      const startedAt = Date.now()
      const batch = await store.retention.purge(tenantId, before, Math.min(BATCH_SIZE, count - deleted))
      if (batch === 0) break
      deleted += batch
      await pause(Math.min(Math.max(Date.now() - startedAt, MIN_PAUSE_MS), MAX_PAUSE_MS))
    }
    return deleted
  }

  const purgeAll = () =>
    store.retention.runExclusive(async () => {
      let deleted = 0
      for (const tenantId of await store.retention.listTenants()) {
        if (closing.signal.aborted) break
        try {
          deleted += await purgeTenant(tenantId)
        } catch (error) {
          onWarning(`Could not purge the tenant ${JSON.stringify(tenantId)}.`, error)
        }
      }
      return deleted
    })

  const run = () => {
    running ??= purgeAll().finally(() => {
      running = undefined
    })
    return running
  }

  const schedule = (ms: number, everyMs: number) => {
    timer = setTimeout(
      async () => {
        await run().catch((error) => onWarning('The purge failed.', error))
        if (!closing.signal.aborted) schedule(everyMs, everyMs)
      },
      ms * (1 + (Math.random() - 0.5) * JITTER),
    )
    // Do not keep the process alive.
    if (typeof timer === 'object') timer.unref()
  }

  return {
    run,
    start: ({ firstMs, everyMs } = DEFAULT_SCHEDULE) => schedule(firstMs, everyMs),
    async close() {
      closing.abort()
      clearTimeout(timer)
      await running?.catch(() => {})
    },
  }
}

function formatCount(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`
}
