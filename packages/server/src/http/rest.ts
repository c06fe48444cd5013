import { WhodidError } from '@whodid/core'
import { anonymous, type Caller } from '../auth/caller.ts'
import { isExportFile } from '../export/file.ts'
import { hasBody, type Operation, type Session } from '../operations/operation.ts'
import { readJson } from './body.ts'
import { getParameters, type Parameters, parseInput } from './query.ts'
import {
  acceptsGzip,
  createAllowResponse,
  createCacheableResponse,
  createJsonResponse,
  createProblemResponse,
  serializeJson,
} from './response.ts'
import { ROUTES } from './routes.ts'
import { createStreamResponse, isEventStream, toServerSentEvents } from './stream.ts'

/** A REST call in progress. */
export interface RestCall {
  readonly request: Request
  /** The path below the mount path. */
  readonly path: string
  readonly query: URLSearchParams
  readonly authenticate: () => Promise<Caller>
  readonly openSession: (caller: Caller) => Session
  /** Throws `forbidden` for a cross-site request with ambient credentials. */
  readonly checkCsrf: (caller: Caller, isFile: boolean) => void
  /** Ends the call and aborts its signal. */
  readonly end: () => void
  readonly report: (error: unknown) => void
}

interface CompiledRoute {
  readonly operation: Operation
  readonly pattern: RegExp
  readonly pathNames: readonly string[]
  readonly parameters: Parameters
}

type UrlInput = { readonly [field: string]: unknown }

function compileRoute(operation: Operation): CompiledRoute {
  const { path } = operation.route
  return {
    operation,
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '([^/]+)')}$`),
    pathNames: [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name),
    parameters: getParameters(operation),
  }
}

// Fewest path parameters first, so that `/events/export` does not match `/events/{id}`.
const COMPILED_ROUTES = ROUTES.map(compileRoute).sort((a, b) => a.pathNames.length - b.pathNames.length)

function trimTrailingSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

/** Checks if a path below the mount path belongs to the REST API. */
export function isRestPath(path: string): boolean {
  return (
    path === '/api' ||
    path.startsWith('/api/') ||
    COMPILED_ROUTES.some(({ pattern }) => pattern.test(trimTrailingSlash(path)))
  )
}

function parsePath({ pathNames, pattern }: CompiledRoute, path: string): { readonly [name: string]: string } {
  const values = pattern.exec(path)?.slice(1) ?? []
  try {
    return Object.fromEntries(pathNames.map((name, index) => [name, decodeURIComponent(values[index] ?? '')]))
  } catch {
    throw new WhodidError('invalid_input', 'Invalid path: encode each part with `encodeURIComponent`.')
  }
}

async function runOperation(
  operation: Operation,
  input: unknown,
  session: Session,
  { request, end, report }: RestCall,
): Promise<Response> {
  const result = await operation.run(session, input)
  if (operation.responseType === 'file' && isExportFile(result)) {
    const headers = { ...result.headers, vary: 'accept-encoding' }
    const gzip = acceptsGzip(request)
    return createStreamResponse(await readFirstPart(result.parts), end, { headers, onError: report, gzip })
  }
  if (operation.responseType === 'events' && isEventStream(result)) {
    const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' }
    return createStreamResponse(toServerSentEvents(result), end, { headers, onError: report })
  }
  const headers = operation.headers?.(input)
  return operation.route.method === 'GET'
    ? createCacheableResponse(request, serializeJson(result), headers)
    : createJsonResponse(result, headers && { headers })
}

/** Reads the first part before the response starts, so that an early error gets its own status. */
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

/** Merges the body with the input from the URL. Throws `invalid_input` if they contradict each other. */
function mergeBody(urlInput: UrlInput, body: unknown): unknown {
  if (body === undefined) return urlInput
  if (Object.keys(urlInput).length === 0 || typeof body !== 'object' || body === null || Array.isArray(body))
    return body
  for (const [name, value] of Object.entries(body)) {
    if (!Object.hasOwn(urlInput, name) || urlInput[name] === value) continue
    throw new WhodidError('invalid_input', `${name} differs between the body and the URL: send it once.`)
  }
  return { ...urlInput, ...body }
}

/** Adds the Last-Event-ID header, which overrides the URL: a browser reconnects to the original URL. */
function addLastEventId(operation: Operation, urlInput: UrlInput, { headers }: Request) {
  const lastEventId = headers.get('last-event-id')
  return operation.responseType === 'events' && lastEventId ? { ...urlInput, lastEventId } : urlInput
}

async function runRoute(route: CompiledRoute, call: RestCall): Promise<Response> {
  const { operation, parameters } = route
  const { request } = call
  // Public operations such as health must work even if the host cannot authenticate anyone.
  const caller = operation.requires === 'nothing' ? anonymous : await call.authenticate()
  const session = call.openSession(caller)
  session.admit(operation)
  call.checkCsrf(caller, operation.responseType === 'file')
  const urlInput = parseInput(parameters, call.query, parsePath(route, trimTrailingSlash(call.path)))
  const input = hasBody(operation.route)
    ? mergeBody(urlInput, await readJson(request, operation.route))
    : addLastEventId(operation, urlInput, request)
  return runOperation(operation, operation.input.parse(input), session, call)
}

/** Handles a REST call. Never throws: errors become problem details (RFC 9457). */
export async function handleRest(call: RestCall): Promise<Response> {
  const { request } = call
  const path = trimTrailingSlash(call.path)
  const matching = COMPILED_ROUTES.filter(({ pattern }) => pattern.test(path))
  const [best] = matching
  if (!best) {
    call.end()
    return createProblemResponse(
      new WhodidError('not_found', `No route matches ${path}: see /openapi.json for all routes.`),
    )
  }
  const routes = matching.filter(({ pathNames }) => pathNames.length === best.pathNames.length)
  const methods = routes.flatMap(({ operation: { route } }) =>
    route.method === 'GET' ? ['GET', 'HEAD'] : [route.method],
  )
  const allow = [...methods, 'OPTIONS'].join(', ')
  if (request.method === 'OPTIONS') {
    call.end()
    return createAllowResponse(allow)
  }
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const route = routes.find(({ operation }) => operation.route.method === method)
  try {
    if (!route) {
      throw new WhodidError('method_not_allowed', `${path} does not support ${request.method}: use ${allow}.`)
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
