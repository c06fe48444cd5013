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

/** Options for an extract. */
export interface ExtractRequest {
  readonly order: SortOrder
  /** The id of the event to resume after. */
  readonly after?: string | undefined
  /** The `upTo` of an earlier extract, to read the same events again. @default everything stored by now */
  readonly upTo?: string | undefined
  /** Includes audit events, whatever the filter. @default only if the filter asks for them */
  readonly includeAudit?: boolean | undefined
  readonly signal: AbortSignal
}

/** All matching events as of one moment. Events stored later are excluded, even if they occurred earlier. */
export interface EventExtract {
  readonly tenants: readonly string[]
  /** The moment, as a position that a later request can pass as `upTo`. */
  readonly upTo: string
  /** In order of time. Reads at most one page ahead. */
  readonly pages: AsyncIterable<readonly StoredEvent[]>
}

/** The store, scopes and filter of an extract. */
export interface ExtractSource {
  readonly store: Pick<EventStore, 'list' | 'head'>
  readonly scopes: readonly ReadScope[]
  /** True for `tenant=*`. */
  readonly isMultiTenant: boolean
  readonly filter: Filter
  present(event: StoredEvent): StoredEvent
}

const PAGE_SIZE = 500

/** Throws `closed` if the signal is aborted, so that a partial extract never looks complete. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new WhodidError('closed', 'The client disconnected, or the service is closing: try again.')
}

/**
 * Extracts all matching events as of now, or as of `upTo`.
 * Throws `invalid_input` for an `upTo` of another kind of request. The pages throw `closed` after the signal aborts.
 */
export async function extractEvents(
  { store, scopes, isMultiTenant, filter, present }: ExtractSource,
  { order, after, upTo, signal }: ExtractRequest,
): Promise<EventExtract> {
  const tenants = scopes.map(({ tenantId }) => tenantId)
  const positions = await createStreamPositions(tenants, isMultiTenant)
  const getSeq = upTo === undefined ? undefined : positions.parse(upTo)
  const lastSeqs = new Map(
    await Promise.all(
      scopes.map(
        async (scope) => [scope.tenantId, getSeq ? (getSeq(scope.tenantId) ?? 0) : await store.head(scope)] as const,
      ),
    ),
  )
  const merge = createTenantMerge(store, scopes, filter, {
    sort: 'occurredAt',
    order,
    // Ids sort by time across tenants, so one event id is a valid position in each tenant.
    progress:
      after === undefined
        ? []
        : tenants.map((tenantId) => ({ tenantId, after: { id: after, value: null }, done: false })),
  })
  return {
    tenants,
    upTo: positions.format(lastSeqs),
    pages: (async function* () {
      let next = merge.page(PAGE_SIZE)
      for (let hasMore = true; hasMore; ) {
        const { items } = await next
        throwIfAborted(signal)
        hasMore = !merge.done
        if (hasMore) {
          next = merge.page(PAGE_SIZE)
          // Prevents an unhandled rejection if the consumer stops before this page is awaited.
          next.catch(() => {})
        }
        const events = items.filter(({ tenantId, seq }) => seq <= (lastSeqs.get(tenantId) ?? 0))
        if (events.length > 0) yield events.map(present)
      }
    })(),
  }
}
