import { type EventStore, type Filter, type ReadScope, type StoredEvent, WhodidError } from '@whodid/core'

/** An event of a stream, with the id that a reader gives back to go on after it. */
export interface Followed {
  /** The seq, or over all tenants a place in each: opaque. */
  readonly id: string
  readonly event: StoredEvent
}

/** Events as they are stored. */
export interface Following extends AsyncIterable<Followed> {
  /** The id of the place where it begins, for readers who leave before the first event. */
  readonly start: string
}

/** What a stream reads. */
export interface FollowRequest {
  readonly store: Pick<EventStore, 'follow' | 'head'>
  /** One right to read a tenant each. */
  readonly scopes: readonly ReadScope[]
  /** Whether all tenants were asked for at once, so that the place is one in each. */
  readonly several: boolean
  readonly filter: Filter
  /** The id that the reader had last; with what is stored from now on when absent. */
  readonly after: string | undefined
  readonly signal: AbortSignal
}

/** What an id may be: a seq, or for all tenants eight characters for the name of each and its seq. */
export const FOLLOW_ID = /^(\d{1,15}|all(\.[\w-]{8}[\da-z]{1,10})+)$/
/** Each id holds a place in every tenant, and has to fit into a header. */
const MAX_TENANTS = 200
const LABEL = 8

/** Stands for a tenant in an id: names would make it long. */
const labelOf = async (tenantId: string): Promise<string> => {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(tenantId)))
  return btoa(String.fromCharCode(...hash.subarray(0, (LABEL * 6) / 8)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
}

const wrongId = (why: string) => new WhodidError('invalid_input', `${why}: begin again without it.`)

/** The seqs of an id by the label of their tenant, or the one seq for whichever there is. */
const readId = (id: string, several: boolean): { readonly of: (label: string) => number | undefined } => {
  const places = id.startsWith('all.')
  if (!places && several && id !== '0') throw wrongId('The id to go on after is that of a stream over one tenant')
  if (places && !several) throw wrongId('The id to go on after is that of a stream over all tenants')
  if (!places) return { of: () => Number(id) }
  const seqs = new Map(
    id
      .slice('all.'.length)
      .split('.')
      .map((place) => [place.slice(0, LABEL), Number.parseInt(place.slice(LABEL), 36)]),
  )
  return { of: (label) => seqs.get(label) }
}

/**
 * Follows each tenant after its place, or from now on where there is none, as with a tenant that its reader has joined since.
 * Has begun when it resolves, so that nothing is missed in between.
 *
 * Throws `invalid_input` for an id of another kind of stream, and over all tenants when there are more than 200.
 */
export const follow = async ({ store, scopes, several, filter, after, signal }: FollowRequest): Promise<Following> => {
  if (scopes.length > MAX_TENANTS) {
    throw new WhodidError(
      'invalid_input',
      `A stream follows at most ${MAX_TENANTS} tenants at once: follow some of them, with tenant=….`,
    )
  }
  const read = after === undefined ? undefined : readId(after, several)
  const seqs = new Map<string, number>()
  const labels = new Map<string, string>()
  for (const { tenantId } of scopes) labels.set(tenantId, await labelOf(tenantId))
  await Promise.all(
    scopes.map(async (scope) => {
      const seq = read?.of(labels.get(scope.tenantId) ?? '') ?? (await store.head(scope))
      seqs.set(scope.tenantId, seq)
    }),
  )
  const idHere = () =>
    several
      ? ['all', ...[...seqs].map(([tenantId, seq]) => `${labels.get(tenantId)}${seq.toString(36)}`)].join('.')
      : String([...seqs.values()][0])
  const events = merged(scopes.map((scope) => store.follow(scope, filter, seqs.get(scope.tenantId) ?? 0, signal)))
  return {
    start: idHere(),
    async *[Symbol.asyncIterator]() {
      for await (const event of events) {
        seqs.set(event.tenantId, event.seq)
        yield { id: idHere(), event }
      }
    },
  }
}

/** The values of several sources, each as it comes, one ahead of each at most. Ends when all have, or one fails. */
async function* merged<T>(sources: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
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
