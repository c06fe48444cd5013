import type { EventStore, ReadScope, StoredEvent } from '@whodid/core'
import type { ExportCompletion, AccessRecord } from '../access-log.ts'
import { type EventExtract, throwIfAborted } from './extract.ts'
import { createStreamPositions } from './stream-position.ts'

/** Reads all that is known of one person in one tenant. */
export interface PersonReader {
  /**
   * What they did, what was done in their name or as them, and what is about them; oldest first. It goes on after an
   * event, and to where an earlier extract went.
   */
  extract(request: {
    readonly after?: string | undefined
    readonly upTo?: string | undefined
    readonly signal: AbortSignal
  }): Promise<EventExtract>
  recordExport(what: AccessRecord): Promise<(tenantId: string, end: ExportCompletion) => Promise<void>>
}

/** Who a person is: by their id as an actor, and as a resource of these types. */
export interface PersonRef {
  readonly id: string
  readonly resourceTypes: readonly string[]
}

interface PersonExtractSource {
  readonly store: Pick<EventStore, 'people' | 'head'>
  readonly scope: ReadScope
  readonly person: PersonRef
  present(event: StoredEvent): StoredEvent
}

const PAGE_SIZE = 500

/** Takes what is known of a person, as it stands at one moment. */
export async function extractPerson(
  { store, scope, person, present: show }: PersonExtractSource,
  { after, upTo }: { readonly after?: string | undefined; readonly upTo?: string | undefined },
  signal: AbortSignal,
): Promise<EventExtract> {
  const { tenantId } = scope
  const places = await createStreamPositions([tenantId], false)
  const bound = upTo === undefined ? await store.head(scope) : (places.parse(upTo)(tenantId) ?? 0)
  return {
    tenants: [tenantId],
    upTo: places.format(new Map([[tenantId, bound]])),
    pages: (async function* () {
      let last = after ?? null
      for (let more = true; more; ) {
        const found = await store.people.eventsOf(scope, person, { after: last, limit: PAGE_SIZE })
        throwIfAborted(signal)
        more = found.length === PAGE_SIZE
        last = found.at(-1)?.event.id ?? last
        const events = found.map(({ event }) => event).filter(({ seq }) => seq <= bound)
        if (events.length > 0) yield events.map(show)
      }
    })(),
  }
}
