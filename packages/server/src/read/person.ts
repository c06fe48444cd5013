import type { EventStore, ReadScope, StoredEvent } from '@whodid/core'
import type { AccessRecord, ExportCompletion } from '../access-log.ts'
import { type EventExtract, throwIfAborted } from './extract.ts'
import { createStreamPositions } from './stream-position.ts'

/** Reads all data about one person in one tenant. */
export interface PersonReader {
  /**
   * Extracts what the person did, what was done on their behalf, and what is about them, oldest first.
   * `after` resumes after an event, and `upTo` reads the same events as an earlier extract.
   */
  extract(request: {
    readonly after?: string | undefined
    readonly upTo?: string | undefined
    readonly signal: AbortSignal
  }): Promise<EventExtract>
  /** Records the export in the access log. Returns a function that records its end. */
  recordExport(record: AccessRecord): Promise<(tenantId: string, completion: ExportCompletion) => Promise<void>>
}

/** A person, by their id as an actor and as a resource of these types. */
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

/** Extracts all events about a person as of now, or as of `upTo`. */
export async function extractPerson(
  { store, scope, person, present }: PersonExtractSource,
  { after, upTo }: { readonly after?: string | undefined; readonly upTo?: string | undefined },
  signal: AbortSignal,
): Promise<EventExtract> {
  const { tenantId } = scope
  const positions = await createStreamPositions([tenantId], false)
  const lastSeq = upTo === undefined ? await store.head(scope) : (positions.parse(upTo)(tenantId) ?? 0)
  return {
    tenants: [tenantId],
    upTo: positions.format(new Map([[tenantId, lastSeq]])),
    pages: (async function* () {
      let lastId = after ?? null
      for (let hasMore = true; hasMore; ) {
        const page = await store.people.findEvents(scope, person, { after: lastId, limit: PAGE_SIZE })
        throwIfAborted(signal)
        hasMore = page.length === PAGE_SIZE
        lastId = page.at(-1)?.event.id ?? lastId
        const events = page.map(({ event }) => event).filter(({ seq }) => seq <= lastSeq)
        if (events.length > 0) yield events.map(present)
      }
    })(),
  }
}
