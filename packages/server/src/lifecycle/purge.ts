import { AUDIT_CATEGORY, type EventStore, type NewEvent } from '@whodid/core'
import { cutOf, type Windows } from './retention.ts'

/** What a purge needs. */
export interface PurgeOptions {
  readonly store: Pick<EventStore, 'retention'>
  readonly windows: Windows
  /** Stores an event of whodid's own. */
  readonly record: (tenantId: string, event: NewEvent) => Promise<void>
  readonly now: () => number
  readonly onWarning: (message: string, cause: unknown) => void
}

/** Removes what is past its time. */
export interface Purge {
  /**
   * Purges every tenant, in small steps with pauses between them. Resolves to how many events went; null when another
   * process is at it.
   */
  run(): Promise<number | null>
  /** Runs by itself: the first time after `firstMs`, then every `everyMs`, each a little earlier or later. */
  start(times?: { readonly firstMs: number; readonly everyMs: number }): void
  /** Stops after the step that is being done. */
  close(): Promise<void>
}

/** Events that one transaction removes. */
const STEP = 1_000
const PAUSE_MS = { least: 5, most: 1_000 }
const HOUR = 3_600_000
const TIMES = { firstMs: 60_000, everyMs: HOUR }
const JITTER = 0.2

/** Makes a purge. It does nothing until it is run or started. */
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
    const window = await windows.of(tenantId)
    const before = cutOf(window, now())
    if (before === null) return 0
    const { count, first, last } = await store.retention.expired(tenantId, before)
    if (count === 0) return 0
    const until = new Date(before).toISOString()
    // Before anything goes, so that nothing is ever gone without a word.
    await record(tenantId, {
      action: `${AUDIT_CATEGORY}.purged`,
      kind: 'delete',
      actor: { type: 'system', id: 'whodid', name: 'whodid' },
      resource: { type: 'retention', id: tenantId },
      description: `What occurred before ${until} is purged: ${count === 1 ? '1 event' : `${count} events`}`,
      metadata: {
        before: until,
        count,
        first: first && { ...first },
        last: last && { ...last },
        policy: { days: window.days, own: window.own, plan: window.plan },
      },
      context: { channel: 'system' },
    })
    let gone = 0
    while (gone < count && !closing.signal.aborted) {
      // A hold or a longer window that was set in the meantime counts at once.
      const present = cutOf(await windows.of(tenantId), now())
      if (present === null || present < before) break
      const began = Date.now()
      const step = await store.retention.purge(tenantId, before, Math.min(STEP, count - gone))
      if (step === 0) break
      gone += step
      await pause(Math.min(Math.max(Date.now() - began, PAUSE_MS.least), PAUSE_MS.most))
    }
    return gone
  }

  const purgeAll = () =>
    store.retention.exclusively(async () => {
      let gone = 0
      for (const tenantId of await store.retention.tenants()) {
        if (closing.signal.aborted) break
        try {
          gone += await purgeTenant(tenantId)
        } catch (error) {
          onWarning(`The tenant ${JSON.stringify(tenantId)} was not purged.`, error)
        }
      }
      return gone
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
        await run().catch((error) => onWarning('Nothing was purged.', error))
        if (!closing.signal.aborted) schedule(everyMs, everyMs)
      },
      ms * (1 + (Math.random() - 0.5) * JITTER),
    )
    // A host that has ended its own work is not kept alive.
    if (typeof timer === 'object') timer.unref()
  }

  return {
    run,
    start: ({ firstMs, everyMs } = TIMES) => schedule(firstMs, everyMs),
    async close() {
      closing.abort()
      clearTimeout(timer)
      await running?.catch(() => {})
    },
  }
}
