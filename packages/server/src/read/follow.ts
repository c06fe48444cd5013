import type { EventStore, Filter, ReadScope, StoredEvent } from '@whodid/core'
import { createStreamPositions } from './stream-position.ts'

/** An event of a stream, with the position after it. */
interface StreamedEvent {
  /** The position: the event's seq, or an opaque position over several tenants. Clients resume with it. */
  readonly id: string
  readonly event: StoredEvent
}

/** A live stream of events. */
export interface EventStream extends AsyncIterable<StreamedEvent> {
  /** The position before the first event, for clients that disconnect before it arrives. */
  readonly start: string
}

/** Options for `followEvents`. */
export interface FollowRequest {
  readonly store: Pick<EventStore, 'follow' | 'head'>
  /** One scope per tenant. */
  readonly scopes: readonly ReadScope[]
  /** True for `tenant=*`: positions then cover every tenant. */
  readonly isMultiTenant: boolean
  readonly filter: Filter
  /** The last position that the client received. @default the current position */
  readonly after: string | undefined
  readonly signal: AbortSignal
  present(event: StoredEvent): StoredEvent
}

/**
 * Follows each tenant after its position. A tenant without a position starts with the next new event, for example one that the
 * viewer joined since. The stream has started when the promise resolves, so no event is missed in between.
 *
 * Throws `invalid_input` for a position of another kind of stream, and for more than 200 tenants.
 */
export async function followEvents(request: FollowRequest): Promise<EventStream> {
  const { store, scopes, isMultiTenant, filter, after, signal, present } = request
  const positions = await createStreamPositions(
    scopes.map(({ tenantId }) => tenantId),
    isMultiTenant,
  )
  const getSeq = after === undefined ? () => undefined : positions.parse(after)
  const seqs = new Map<string, number>()
  await Promise.all(
    scopes.map(async (scope) => {
      seqs.set(scope.tenantId, getSeq(scope.tenantId) ?? (await store.head(scope)))
    }),
  )
  const events = mergeSources(scopes.map((scope) => store.follow(scope, filter, seqs.get(scope.tenantId) ?? 0, signal)))
  return {
    start: positions.format(seqs),
    async *[Symbol.asyncIterator]() {
      for await (const event of events) {
        seqs.set(event.tenantId, event.seq)
        yield { id: positions.format(seqs), event: present(event) }
      }
    },
  }
}

/** Yields values from all sources as they arrive, reading at most one ahead of each. Ends when all end or one fails. */
async function* mergeSources<T>(sources: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]())
  const arrived: { readonly iterator: AsyncIterator<T>; readonly result: Promise<IteratorResult<T>> }[] = []
  let wake = () => {}
  const pull = (iterator: AsyncIterator<T>) => {
    const result = iterator.next()
    const enqueue = () => {
      arrived.push({ iterator, result })
      wake()
    }
    result.then(enqueue, enqueue)
  }
  try {
    iterators.forEach(pull)
    for (let open = iterators.length; open > 0; ) {
      const next = arrived.shift()
      if (!next) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        continue
      }
      const { done, value } = await next.result
      if (done) open -= 1
      else {
        yield value
        pull(next.iterator)
      }
    }
  } finally {
    // Not awaited: a source may be waiting for an event, and ends only when its signal aborts.
    for (const iterator of iterators) void iterator.return?.()?.catch(() => {})
  }
}
