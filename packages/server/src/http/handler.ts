import { type FetchService, type MountContext, WhodidError } from '@whodid/core'
import type { Authenticate } from '../auth/authenticate.ts'
import type { Caller } from '../auth/caller.ts'
import { checkCsrf } from '../auth/csrf.ts'
import { type createCalls, endCallWithBody } from '../calls.ts'
import { toProblem, toWhodidError } from '../errors.ts'
import type { createGates } from '../limits/gate.ts'
import { createDocsPage } from '../openapi/docs.ts'
import { getSerializedOpenApi } from '../openapi/document.ts'
import type { Policy } from '../policy.ts'
import { readJsonText } from './body.ts'
import type { Cors } from './cors.ts'
import { getRequestContext } from './request-context.ts'
import { createAllowResponse, createCacheableResponse, createProblemResponse, removeBody } from './response.ts'
import { handleRest, isRestPath } from './rest.ts'
import { handleTrpc } from './trpc.ts'

/** Options for `createHandler`. */
interface HandlerOptions {
  readonly authenticate: Authenticate
  readonly policy: Policy
  readonly calls: ReturnType<typeof createCalls>
  readonly gates: ReturnType<typeof createGates>
  readonly cors: Cors
  readonly onWarning: (message: string, cause?: unknown) => void
}

/** Creates the fetch handler of a service. It resolves to null for paths outside the service. */
export function createHandler(options: HandlerOptions): FetchService['fetch'] {
  const { authenticate, policy, calls, gates, cors, onWarning } = options

  const report = (error: unknown) => {
    const { code, message, cause } = toWhodidError(error)
    // `closed` is not a failure: the client disconnected or the service is closing.
    if (toProblem(error).status < 500 || code === 'closed') return
    onWarning(`${code}: ${message}`, cause ?? error)
  }

  const begin = (request: Request, { native, ip }: MountContext) => {
    const call = calls.begin(request)
    const gate = gates(call, ip)
    return {
      call,
      gate,
      authenticate: () => authenticate(request, native, gate.checkAttempts),
      openSession: (caller: Caller) =>
        policy.session(caller, { gate, context: getRequestContext(request, ip, caller), signal: call.signal }),
    }
  }

  const fetchTrpc = async (request: Request, endpoint: string, mounted: MountContext): Promise<Response> => {
    const { call, gate, authenticate, openSession } = begin(request, mounted)
    const { method, headers } = request
    try {
      const caller = await authenticate()
      checkCsrf(request, caller, cors.isTrusted)
      const body = method === 'POST' ? await readJsonText(request) : null
      const limitedRequest = new Request(request.url, { method, headers, body, signal: call.signal })
      const response = await handleTrpc(limitedRequest, endpoint, () => openSession(caller), report)
      return endCallWithBody(gate.setHeaders(response), call)
    } catch (error) {
      // Let tRPC respond, so that the error has the format its clients expect.
      const emptyRequest = new Request(request.url, { method, headers, body: method === 'POST' ? '{}' : null })
      const rethrow = () => {
        throw error
      }
      return endCallWithBody(gate.setHeaders(await handleTrpc(emptyRequest, endpoint, rethrow, report)), call)
    }
  }

  const fetchRest = async (request: Request, path: string, mounted: MountContext): Promise<Response> => {
    const { call, gate, authenticate, openSession } = begin(request, mounted)
    const response = await handleRest({
      request,
      path,
      query: new URL(request.url).searchParams,
      authenticate,
      openSession,
      checkCsrf: (caller: Caller, isFile: boolean) => checkCsrf(request, caller, cors.isTrusted, isFile),
      end: call.end,
      report,
    })
    return gate.setHeaders(response)
  }

  const fetchPage = async (request: Request, render: () => Response | Promise<Response>): Promise<Response> => {
    const allow = 'GET, HEAD, OPTIONS'
    if (request.method === 'OPTIONS') return createAllowResponse(allow)
    if (request.method === 'GET' || request.method === 'HEAD') return render()
    return createProblemResponse(
      new WhodidError('method_not_allowed', `${request.method} is not allowed here: use GET.`),
      { allow },
    )
  }

  const route = (request: Request, base: string, path: string, mounted: MountContext): Promise<Response> | null => {
    if (path === '/openapi.json') {
      const headers = { 'cache-control': 'no-cache' }
      return fetchPage(request, () => createCacheableResponse(request, getSerializedOpenApi(base), headers))
    }
    if (path === '/docs') return fetchPage(request, createDocsPage)
    if (path.startsWith('/trpc/')) {
      if (request.method === 'OPTIONS') return Promise.resolve(createAllowResponse('GET, POST, OPTIONS'))
      if (isPercentEncoded(path)) return fetchTrpc(request, `${base}/trpc`, mounted)
      return Promise.resolve(
        createProblemResponse(
          new WhodidError('invalid_input', 'Invalid path: encode each part with `encodeURIComponent`.'),
        ),
      )
    }
    return isRestPath(path) ? fetchRest(request, path, mounted) : null
  }

  return async (request, mounted = {}) => {
    const base = (mounted.basePath ?? '').replace(/\/+$/, '')
    const { pathname } = new URL(request.url)
    if (!pathname.startsWith(`${base}/`)) return null
    const path = pathname.slice(base.length)
    const pending = route(request, base, path, mounted)
    if (pending === null) return null
    const fullResponse = await pending
    const response = request.method === 'HEAD' ? await removeBody(fullResponse) : fullResponse
    return cors.answerPreflight(request, path) ?? cors.addHeaders(response, request, path)
  }
}

/** Checks if a path can be decoded. tRPC crashes otherwise. */
function isPercentEncoded(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
