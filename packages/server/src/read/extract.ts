import {
  type EventStore,
  type Filter,
  type ReadScope,
  type SortOrder,
  type StoredEvent,
  WhodidError,
} from '@whodid/core'
import { createMerge } from './merge-tenants.ts'
import { createPlaces } from './stream-position.ts'

/** Which part of everything that matches a filter, and in what order of time. */
export interface ExtractRequest {
  readonly order: SortOrder
  /** Goes on after the event with this id. */
  readonly after?: string | undefined
  /** The `upTo` of an earlier extract, to read the same events again. What is stored by now when absent. */
  readonly upTo?: string | undefined
  /** Whether whodid's own events are in it, whatever the filter asks for. @default only if the filter asks for them */
  readonly audit?: boolean | undefined
  readonly signal: AbortSignal
}

/** Everything that matches, as it stood at one moment: what is stored later is not in it, however late it occurred. */
export interface Extract {
  readonly tenants: readonly string[]
  /** The moment, to be given back. */
  readonly upTo: string
  /** By time. While one page is being written the next is read, and no other. */
  readonly pages: AsyncIterable<readonly StoredEvent[]>
}

/** What an extract is taken from. */
export interface ExtractSource {
  readonly store: Pick<EventStore, 'list' | 'head'>
  readonly scopes: readonly ReadScope[]
  /** Whether all tenants were asked for at once. */
  readonly several: boolean
  readonly filter: Filter
  show(event: StoredEvent): StoredEvent
}

const PAGE = 500

/** Throws `closed` once the signal aborts, so that nobody takes a part for the whole. */
export function refuseLeft(signal: AbortSignal): void {
  if (signal.aborted) throw new WhodidError('closed', 'The reader left, or the service closes: ask again.')
}

/** Takes an extract. Throws `invalid_input` for an `upTo` of another kind, and `closed` between pages once the signal aborts. */
export async function extract(
  { store, scopes, several, filter, show }: ExtractSource,
  { order, after, upTo, signal }: ExtractRequest,
): Promise<Extract> {
  const tenants = scopes.map(({ tenantId }) => tenantId)
  const places = await createPlaces(tenants, several)
  const given = upTo === undefined ? undefined : places.read(upTo)
  const bounds = new Map(
    await Promise.all(
      scopes.map(
        async (scope) => [scope.tenantId, given ? (given(scope.tenantId) ?? 0) : await store.head(scope)] as const,
      ),
    ),
  )
  const merge = createMerge(store, scopes, filter, {
    sort: 'occurredAt',
    order,
    // Ids order the events of all tenants alike, so the place of one is a place in each.
    progress:
      after === undefined
        ? []
        : tenants.map((tenantId) => ({ tenantId, after: { id: after, value: null }, done: false })),
  })
  return {
    tenants,
    upTo: places.write(bounds),
    pages: (async function* () {
      let next = merge.page(PAGE)
      for (let more = true; more; ) {
        const { items } = await next
        refuseLeft(signal)
        more = !merge.done
        if (more) {
          next = merge.page(PAGE)
          // Awaited with the next page, if there is anybody to give it to.
          next.catch(() => {})
        }
        const events = items.filter(({ tenantId, seq }) => seq <= (bounds.get(tenantId) ?? 0))
        if (events.length > 0) yield events.map(show)
      }
    })(),
  }
}
