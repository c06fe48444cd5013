import {
  type EventStore,
  type Filter,
  type ReadScope,
  type SortOrder,
  type StoredEvent,
  WhodidError,
} from '@whodid/core'
import { createTenantMerge } from './merge-tenants.ts'
import { createStreamPositions } from './stream-position.ts'

/** Which part of everything that matches a filter, and in what order of time. */
export interface ExtractRequest {
  readonly order: SortOrder
  /** Goes on after the event with this id. */
  readonly after?: string | undefined
  /** The `upTo` of an earlier extract, to read the same events again. What is stored by now when absent. */
  readonly upTo?: string | undefined
  /** Whether whodid's own events are in it, whatever the filter asks for. @default only if the filter asks for them */
  readonly includeAudit?: boolean | undefined
  readonly signal: AbortSignal
}

/** Everything that matches, as it stood at one moment: what is stored later is not in it, however late it occurred. */
export interface EventExtract {
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
  readonly isMultiTenant: boolean
  readonly filter: Filter
  present(event: StoredEvent): StoredEvent
}

const PAGE_SIZE = 500

/** Throws `closed` once the signal aborts, so that nobody takes a part for the whole. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new WhodidError('closed', 'The reader left, or the service closes: ask again.')
}

/** Takes an extract. Throws `invalid_input` for an `upTo` of another kind, and `closed` between pages once the signal aborts. */
export async function extractEvents(
  { store, scopes, isMultiTenant: several, filter, present: show }: ExtractSource,
  { order, after, upTo, signal }: ExtractRequest,
): Promise<EventExtract> {
  const tenants = scopes.map(({ tenantId }) => tenantId)
  const places = await createStreamPositions(tenants, several)
  const given = upTo === undefined ? undefined : places.parse(upTo)
  const bounds = new Map(
    await Promise.all(
      scopes.map(
        async (scope) => [scope.tenantId, given ? (given(scope.tenantId) ?? 0) : await store.head(scope)] as const,
      ),
    ),
  )
  const merge = createTenantMerge(store, scopes, filter, {
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
    upTo: places.format(bounds),
    pages: (async function* () {
      let next = merge.page(PAGE_SIZE)
      for (let more = true; more; ) {
        const { items } = await next
        throwIfAborted(signal)
        more = !merge.done
        if (more) {
          next = merge.page(PAGE_SIZE)
          // Awaited with the next page, if there is anybody to give it to.
          next.catch(() => {})
        }
        const events = items.filter(({ tenantId, seq }) => seq <= (bounds.get(tenantId) ?? 0))
        if (events.length > 0) yield events.map(show)
      }
    })(),
  }
}
