import { createTRPCClient, httpBatchStreamLink, httpSubscriptionLink, splitLink, TRPCClientError } from '@trpc/client'
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server'
import type { FetchService, Filter, NewEvent } from '@whodid/core'
import { filterToParams } from '@whodid/core'
import { EventSource } from 'eventsource'
import type { AppRouter } from '../../src/index.ts'
import { serve } from './serve.ts'

type Inputs = inferRouterInputs<AppRouter>
type Outputs = inferRouterOutputs<AppRouter>
type Fetch = (input: string, init?: RequestInit) => Promise<Response>

function isComplete<T>(events: readonly T[], until: number | ((events: readonly T[]) => boolean)): boolean {
  return typeof until === 'number' ? events.length >= until : until(events)
}

/** Headers that sign a caller in: `cookie: session=ada`, or `authorization: Bearer …`. */
export type Credentials = { readonly [header: string]: string }

/** The operations of a service, called as one caller. Errors are a {@link Refusal}. */
export interface Api {
  append(events: NewEvent | NewEvent[]): Promise<Outputs['append']>
  list(input: Inputs['list']): Promise<Outputs['list']>
  get(input: Inputs['get']): Promise<Outputs['get']>
  history(input: Inputs['history']): Promise<Outputs['history']>
  userActivity(input: Inputs['userActivity']): Promise<Outputs['userActivity']>
  catalog(): Promise<Outputs['catalog']>
  viewer(): Promise<Outputs['viewer']>
  facets(input: Inputs['facets']): Promise<Outputs['facets']>
  inboxCount(input?: Inputs['inbox']['count']): Promise<Outputs['inbox']['count']>
  inbox(
    to: 'seen' | 'unseen' | 'archive' | 'unarchive',
    input: Inputs['inbox']['seen'],
  ): Promise<Outputs['inbox']['seen']>
  export(input: Inputs['export']): Promise<string>
  /** Follows until `until` is reached: a number of events, or a condition. Calls `started` when the stream is open. */
  follow(
    input: Inputs['follow'],
    until: number | ((events: readonly Outputs['get'][]) => boolean),
    started?: () => void,
  ): Promise<Outputs['get'][]>
  health(): Promise<Outputs['health']>
}

/** An error response. */
class Refusal extends Error {
  readonly code: string
  readonly status: number
  constructor(code: string, status: number, message: string) {
    super(message)
    this.code = code
    this.status = status
  }
}

function toRefusal(error: unknown): unknown {
  if (!(error instanceof TRPCClientError) || typeof error.data !== 'object' || error.data === null) return error
  const { whodid, httpStatus } = error.data
  return new Refusal(String(whodid), Number(httpStatus), error.message)
}

async function unwrap<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw toRefusal(error)
  }
}

/** Creates an {@link Api} with the tRPC client. */
export function createTrpcApi(url: string, fetch: Fetch, headers: Credentials): Api {
  const client = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({
          url: `${url}/trpc`,
          EventSource,
          eventSourceOptions: {
            fetch: (input, init) => fetch(String(input), { ...init, headers: { ...init?.headers, ...headers } }),
          },
        }),
        false: httpBatchStreamLink({
          url: `${url}/trpc`,
          headers,
          fetch: (input, init) =>
            fetch(String(input), {
              method: init?.method ?? 'GET',
              headers: init?.headers ?? {},
              body: init?.body ?? null,
              signal: init?.signal ?? null,
            }),
        }),
      }),
    ],
  })
  return {
    append: (events) => unwrap(client.append.mutate(events)),
    list: (input) => unwrap(client.list.query(input)),
    get: (input) => unwrap(client.get.query(input)),
    history: (input) => unwrap(client.history.query(input)),
    userActivity: (input) => unwrap(client.userActivity.query(input)),
    catalog: () => unwrap(client.catalog.query()),
    viewer: () => unwrap(client.viewer.query()),
    facets: (input) => unwrap(client.facets.query(input)),
    inboxCount: (input) => unwrap(client.inbox.count.query(input)),
    inbox: (to, input) => unwrap(client.inbox[to].mutate(input)),
    export: (input) =>
      unwrap(
        (async () => {
          let text = ''
          for await (const part of await client.export.query(input)) text += part
          return text
        })(),
      ),
    follow: (input, until, started) =>
      unwrap(
        new Promise((resolve, reject) => {
          const events: Outputs['get'][] = []
          const subscription = client.follow.subscribe(input, {
            onStarted: () => started?.(),
            onData({ data }) {
              events.push(data)
              if (!isComplete(events, until)) return
              subscription.unsubscribe()
              resolve(events)
            },
            onError: reject,
          })
        }),
      ),
    health: () => unwrap(client.health.query()),
  }
}

function toQuery({ filter = {}, ...more }: { filter?: Filter | undefined; [name: string]: unknown }): string {
  const params = filterToParams(filter)
  for (const [name, value] of Object.entries(more)) if (value !== undefined) params.set(name, String(value))
  return params.size > 0 ? `?${params}` : ''
}

function toListQuery(input: Inputs['list']): string {
  const { tenant, sort, order, limit, cursor, direction: _, ...filter } = input
  return toQuery({ filter, tenant, sort, order, limit, cursor })
}

/** Creates an {@link Api} over REST. */
export function createRestApi(url: string, fetch: Fetch, headers: Credentials): Api {
  const checked = async (response: Response): Promise<Response> => {
    if (response.ok) return response
    const { code, status, detail } = await response.json()
    throw new Refusal(code, status, detail)
  }
  const read = async (path: string) => (await checked(await fetch(`${url}${path}`, { headers }))).json()
  const send = async (path: string, body: unknown) => {
    const init = {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    return (await checked(await fetch(`${url}${path}`, init))).json()
  }
  const part = encodeURIComponent
  return {
    append: (events) => send('/api/v1/events', events),
    list: (input) => read(`/api/v1/events${toListQuery(input)}`),
    get: ({ id, ...more }) => read(`/api/v1/events/${part(id)}${toQuery(more)}`),
    history: ({ type, id, ...more }) => read(`/api/v1/resources/${part(type)}/${part(id)}/history${toListQuery(more)}`),
    userActivity: ({ userId, ...more }) => read(`/api/v1/users/${part(userId)}/activity${toListQuery(more)}`),
    catalog: () => read('/api/v1/catalog'),
    viewer: () => read('/api/v1/viewer'),
    facets: (input) => read(`/api/v1/facets${toQuery(input)}`),
    inboxCount: (input) => read(`/api/v1/inbox/count${toQuery({ ...input })}`),
    inbox: (to, input) => send(`/api/v1/inbox/${to}`, input),
    export: async ({ format, tenant, order, ...filter }) => {
      const path = `/api/v1/events/export${toQuery({ filter, format, tenant, order })}`
      return (await checked(await fetch(`${url}${path}`, { headers }))).text()
    },
    follow: async ({ filter = {}, tenant, lastEventId }, until, started) => {
      const leave = new AbortController()
      const path = `/api/v1/stream${toQuery({ filter, tenant, after: lastEventId })}`
      const response = await checked(await fetch(`${url}${path}`, { headers, signal: leave.signal }))
      const events: Outputs['get'][] = []
      for await (const block of readBlocks(response)) {
        if (block.includes(': connected')) started?.()
        const data = /^data: (.*)$/m.exec(block)?.[1]
        if (data !== undefined) events.push(JSON.parse(data))
        if (isComplete(events, until)) break
      }
      leave.abort()
      return events
    },
    health: () => read('/health'),
  }
}

/** Reads the blocks of a server-sent event stream. */
export async function* readBlocks(response: Response): AsyncGenerator<string> {
  let text = ''
  if (!response.body) return
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const parts = (text + chunk).split('\n\n')
    text = parts.pop() ?? ''
    yield* parts
  }
}

/** Transports to a service: tRPC and REST, over HTTP and in process. */
export const TRANSPORTS = [
  ['tRPC over HTTP', createTrpcApi, true],
  ['REST over HTTP', createRestApi, true],
  ['tRPC in process', createTrpcApi, false],
  ['REST in process', createRestApi, false],
] as const

/** A service reached over one transport. */
export interface ConnectedService extends AsyncDisposable {
  as(credentials: Credentials): Api
}

/** Connects to a service over one transport. */
export async function connect(
  service: FetchService,
  make: typeof createTrpcApi,
  overHttp: boolean,
): Promise<ConnectedService> {
  if (overHttp) {
    const served = await serve(service)
    return {
      as: (credentials) => make(served.url, fetch, credentials),
      [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
    }
  }
  const inProcess: Fetch = async (input, init) => {
    const response = await service.fetch(new Request(input, init), { basePath: '/activity' })
    if (!response) throw new Error(`${input} is not a path of the service.`)
    return response
  }
  return {
    as: (credentials) => make('http://localhost/activity', inProcess, credentials),
    async [Symbol.asyncDispose]() {},
  }
}

/** Returns the session cookie of a person. */
export function session(id: string): Credentials {
  return { cookie: `session=${id}` }
}

/** Returns the authorization header for a key or token. */
export function bearer(secret: string): Credentials {
  return { authorization: `Bearer ${secret}` }
}
