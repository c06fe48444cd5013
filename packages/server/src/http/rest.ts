import { WhodidError } from '@whodid/core'
import { anonymous, type Caller } from '../auth/caller.ts'
import { isExportFile } from '../export/file.ts'
import { hasBody, type Session, type Operation } from '../operations/operation.ts'
import { readJson } from './body.ts'
import { parseInput, type Parameters, getParameters } from './query.ts'
import { createAllowResponse, createJsonResponse, createProblemResponse, createStreamResponse, tagged, acceptsGzip } from './response.ts'
import { ROUTES } from './routes.ts'
import { isEventStream, toServerSentEvents } from './sse.ts'

/** One REST call under way. */
export interface RestCall {
  readonly request: Request
  /** Below the mount. */
  readonly path: string
  readonly query: URLSearchParams
  readonly authenticate: () => Promise<Caller>
  readonly session: (asker: Caller) => Session
  /** Throws when another site may have made the browser of whoever asks send this. */
  readonly refuseForgery: (asker: Caller, isFile: boolean) => void
  /** Ends what the call has begun. */
  readonly end: () => void
  readonly report: (error: unknown) => void
}

interface CompiledRoute {
  readonly operation: Operation
  readonly pattern: RegExp
  readonly names: readonly string[]
  readonly parameters: Parameters
}

function compileRoute(operation: Operation): CompiledRoute {
  return {
    operation: operation,
    pattern: new RegExp(`^${operation.route.path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '([^/]+)')}$`),
    names: [...operation.route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name),
    parameters: getParameters(operation),
  }
}

/** Fewest names first, so that `/events/export` is no event called export. */
const COMPILED_ROUTES = ROUTES.map(compileRoute).sort((a, b) => a.names.length - b.names.length)

/** A path without the slash that some clients put at its end. */
function trimSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

/** Whether a path below the mount is REST's to answer. */
export function isRestPath(path: string): boolean {
  return path === '/api' || path.startsWith('/api/') || COMPILED_ROUTES.some(({ pattern }) => pattern.test(trimSlash(path)))
}

function parsePath({ names, pattern }: CompiledRoute, path: string): { readonly [name: string]: string } {
  const values = pattern.exec(path)?.slice(1) ?? []
  try {
    return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(values[index] ?? '')]))
  } catch {
    throw new WhodidError('invalid_input', 'The path is not well encoded: write each part with encodeURIComponent.')
  }
}

async function runOperation({ operation: verb }: CompiledRoute, input: unknown, session: Session, call: RestCall): Promise<Response> {
  const result = await verb.run(session, input)
  if (verb.responseType === 'file' && isExportFile(result)) {
    const headers = { ...result.headers, vary: 'accept-encoding' }
    const gzip = acceptsGzip(call.request)
    return createStreamResponse(await readFirstPart(result.parts), call.end, { headers, onError: call.report, gzip })
  }
  if (verb.responseType === 'events' && isEventStream(result)) {
    const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' }
    return createStreamResponse(toServerSentEvents(result), call.end, { headers, onError: call.report })
  }
  const headers = verb.headers?.(input)
  return verb.route.method === 'GET' ? tagged(call.request, result, headers) : createJsonResponse(result, headers && { headers })
}

/** Asks for the first part at once, so that trouble at the beginning is still an answer of its own. */
async function readFirstPart<T>(parts: AsyncIterable<T>): Promise<AsyncIterator<T>> {
  const source = parts[Symbol.asyncIterator]()
  let first: IteratorResult<T> | undefined = await source.next()
  return {
    async next() {
      const part = first ?? (await source.next())
      first = undefined
      return part
    },
    return: async () => source.return?.() ?? { done: true, value: undefined },
  }
}

/** A body with what the path and the query say beside it. Throws `invalid_input` when it says something else of that. */
function mergeBody(fromUrl: { readonly [field: string]: unknown }, body: unknown): unknown {
  if (body === undefined) return fromUrl
  if (Object.keys(fromUrl).length === 0 || typeof body !== 'object' || body === null || Array.isArray(body)) return body
  for (const [name, value] of Object.entries(body)) {
    if (!Object.hasOwn(fromUrl, name) || fromUrl[name] === value) continue
    throw new WhodidError('invalid_input', `${name} is another in the body than in the URL: say it once.`)
  }
  return { ...fromUrl, ...body }
}

/** A browser that comes back to a stream says in a header where it was, and its URL still says where it began. */
function addLastEventId({ operation: verb }: CompiledRoute, fromUrl: { readonly [field: string]: unknown }, { headers }: Request) {
  const lastEventId = headers.get('last-event-id')
  return verb.responseType === 'events' && lastEventId ? { ...fromUrl, lastEventId } : fromUrl
}

async function runRoute(route: CompiledRoute, call: RestCall): Promise<Response> {
  const { request } = call
  // Health does not hang on the host's sessions.
  const asker = route.operation.requires === 'nothing' ? anonymous : await call.authenticate()
  const session = call.session(asker)
  session.admit(route.operation)
  call.refuseForgery(asker, route.operation.responseType === 'file')
  const fromUrl = parseInput(route.parameters, call.query, parsePath(route, trimSlash(call.path)))
  const input = hasBody(route.operation.route)
    ? mergeBody(fromUrl, await readJson(request, route.operation.route))
    : addLastEventId(route, fromUrl, request)
  return runOperation(route, route.operation.input.parse(input), session, call)
}

/** Answers one REST call. Never throws: what goes wrong is a problem of RFC 9457. */
export async function handleRest(call: RestCall): Promise<Response> {
  const { request } = call
  const path = trimSlash(call.path)
  const matching = COMPILED_ROUTES.filter(({ pattern }) => pattern.test(path))
  const [best] = matching
  if (!best) {
    call.end()
    return createProblemResponse(new WhodidError('not_found', `There is nothing at ${path}: /openapi.json lists every route.`))
  }
  const same = matching.filter(({ names }) => names.length === best.names.length)
  const methods = same.flatMap(({ operation: verb }) => (verb.route.method === 'GET' ? ['GET', 'HEAD'] : [verb.route.method]))
  const allow = [...methods, 'OPTIONS'].join(', ')
  if (request.method === 'OPTIONS') {
    call.end()
    return createAllowResponse(allow)
  }
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const route = same.find(({ operation: verb }) => verb.route.method === method)
  try {
    if (!route) {
      throw new WhodidError('method_not_allowed', `${request.method} is not possible at ${path}, which takes ${allow}.`)
    }
    const response = await runRoute(route, call)
    if (!route.operation.responseType) call.end()
    return response
  } catch (error) {
    call.report(error)
    call.end()
    return createProblemResponse(error, route ? {} : { allow })
  }
}
