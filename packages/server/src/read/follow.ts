import type { EventStore, Filter, ReadScope, StoredEvent } from '@whodid/core'
import { createStreamPositions } from './stream-position.ts'

/** An event of a stream, with the id that a reader gives back to go on after it. */
export interface StreamedEvent {
  /** The seq, or over all tenants a place in each: opaque. */
  readonly id: string
  readonly event: StoredEvent
}

/** Events as they are stored. */
export interface EventStream extends AsyncIterable<StreamedEvent> {
  /** The id of the place where it begins, for readers who leave before the first event. */
  readonly start: string
}

/** What a stream reads. */
export interface FollowRequest {
  readonly store: Pick<EventStore, 'follow' | 'head'>
  /** One right to read a tenant each. */
  readonly scopes: readonly ReadScope[]
  /** Whether all tenants were asked for at once, so that the place is one in each. */
  readonly isMultiTenant: boolean
  readonly filter: Filter
  /** The id that the reader had last; with what is stored from now on when absent. */
  readonly after: string | undefined
  readonly signal: AbortSignal
}

/**
 * Follows each tenant after its place, or from now on where there is none, as with a tenant that its reader has joined since.
 * Has begun when it resolves, so that nothing is missed in between.
 *
 * Throws `invalid_input` for an id of another kind of stream, and over all tenants when there are more than 200.
 */
export async function followEvents({ store, scopes, isMultiTenant: several, filter, after, signal }: FollowRequest): Promise<EventStream> {
  const places = await createStreamPositions(
    scopes.map(({ tenantId }) => tenantId),
    several,
  )
  const given = after === undefined ? () => undefined : places.parse(after)
  const seqs = new Map<string, number>()
  await Promise.all(
    scopes.map(async (scope) => {
      seqs.set(scope.tenantId, given(scope.tenantId) ?? (await store.head(scope)))
    }),
  )
  const events = mergeSources(scopes.map((scope) => store.follow(scope, filter, seqs.get(scope.tenantId) ?? 0, signal)))
  return {
    start: places.format(seqs),
    async *[Symbol.asyncIterator]() {
      for await (const event of events) {
        seqs.set(event.tenantId, event.seq)
        yield { id: places.format(seqs), event }
      }
    },
  }
}

/** The values of several sources, each as it comes, one ahead of each at most. Ends when all have, or one fails. */
async function* mergeSources<T>(sources: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]())
  const arrived: { readonly from: AsyncIterator<T>; readonly result: Promise<IteratorResult<T>> }[] = []
  let wake = () => {}
  const ask = (from: AsyncIterator<T>) => {
    const result = from.next()
    const arrive = () => {
      arrived.push({ from, result })
      wake()
    }
    result.then(arrive, arrive)
  }
  try {
    iterators.forEach(ask)
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
        ask(next.from)
      }
    }
  } finally {
    // Not awaited: a source ends only after what it waits for, which its signal brings about.
    for (const iterator of iterators) void iterator.return?.()?.catch(() => {})
  }
}
