import { type FetchService, filterToParams } from '@whodid/core'
import { hasBody, type Operation } from '../../src/operations/operation.ts'
import type { Credentials } from './api.ts'

type Input = { readonly [field: string]: unknown }

/** A response with its text. */
export interface Answer {
  readonly status: number
  readonly code: string | null
  readonly text: string
  readonly response: Response
}

const BASE = 'http://localhost/activity'

/** Creates the REST request of an operation. */
export function createRestRequest({ route }: Operation, input: Input, headers: Credentials): Request {
  const rest = { ...input }
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(rest[name])
    delete rest[name]
    return encodeURIComponent(value)
  })
  if (hasBody(route)) {
    const body = JSON.stringify('events' in input ? input.events : input)
    return new Request(BASE + path, {
      method: route.method,
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    })
  }
  const { filter, ...fields } = rest
  const params = filterToParams(typeof filter === 'object' && filter !== null ? filter : {})
  for (const [name, value] of Object.entries(fields)) params.set(route.parameterNames?.[name] ?? name, String(value))
  return new Request(`${BASE}${path}?${params}`, { method: route.method, headers })
}

/** Creates the tRPC request of an operation. */
export function createTrpcRequest(
  { name, route, responseType }: Operation,
  input: Input,
  headers: Credentials,
): Request {
  const body = JSON.stringify('events' in input ? input.events : input)
  if (route.method !== 'GET') {
    const init = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body }
    return new Request(`${BASE}/trpc/${name}`, init)
  }
  if (responseType === 'file') {
    const query = new URLSearchParams({ batch: '1', input: `{"0":${body}}` })
    return new Request(`${BASE}/trpc/${name}?${query}`, { headers: { ...headers, 'trpc-accept': 'application/jsonl' } })
  }
  return new Request(`${BASE}/trpc/${name}?${new URLSearchParams({ input: body })}`, { headers })
}

/** Sends a request to a service and reads the response, or a stream until `until` returns true. */
export async function send(
  service: FetchService,
  request: Request,
  until: (text: string) => boolean | Promise<boolean> = () => false,
): Promise<Answer> {
  const response = await service.fetch(request, { basePath: '/activity' })
  if (!response) throw new Error(`${request.url} is not a path of the service.`)
  let text = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    if (await until(text)) break
  }
  // A tRPC stream has already started with 200 when a call in it fails.
  const status = Number(/"httpStatus":(\d+)/.exec(text)?.[1] ?? response.status)
  return { status, code: /"(?:code|whodid)":"([a-z_]+)"/.exec(text)?.[1] ?? null, text, response }
}
