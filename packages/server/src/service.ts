import {
  type Authorize,
  type Catalog,
  type CatalogData,
  type EventStore,
  type EventWriter,
  type FetchService,
  type Mounted,
  type NewEvent,
  type PageRequest,
  WhodidError,
} from '@whodid/core'
import { createWitness } from './access-log.ts'
import { createAuthenticate } from './auth/authenticate.ts'
import type { Caller } from './auth/caller.ts'
import { refuseForgery } from './auth/csrf.ts'
import { createRights } from './auth/revocation.ts'
import { createStaticKeys, type StaticKey } from './auth/static-keys.ts'
import { createStoredKeys } from './auth/stored-keys.ts'
import { createViewerTokens, type ViewerTokens } from './auth/viewer-token.ts'
import { createCalls, endingWith } from './calls.ts'
import { errorOf, problemOf } from './errors.ts'
import { readJsonText } from './http/body.ts'
import { type CorsOptions, createCors } from './http/cors.ts'
import { contextOf } from './http/request-context.ts'
import { allowing, answerOf, problem, withoutBody } from './http/response.ts'
import { handleRest, isRestPath } from './http/rest.ts'
import { handleTrpc } from './http/trpc.ts'
import { createIngest } from './ingest.ts'
import { createPurge } from './lifecycle/purge.ts'
import { createWindows, type RetentionOptions } from './lifecycle/retention.ts'
import { createGates } from './limits/gate.ts'
import type { Limits } from './limits/rate-limit.ts'
import { docsPage } from './openapi/docs.ts'
import { openApiWritten } from './openapi/document.ts'
import { createPolicy, wholeTenant } from './policy.ts'

/** What a service is made of. */
export interface ServiceOptions {
  /** What `defineCatalog` made. */
  readonly catalog: Pick<Catalog<CatalogData>, 'json'>
  /** Where events are kept: `pglite(…)` or `pg(…)` of @whodid/postgres. The service closes it. */
  readonly store: EventStore | Promise<EventStore>
  /** Says who is asking. Without it, only keys and viewer tokens get in. */
  readonly authorize?: Authorize | undefined
  /** Bearer keys of the host's own, from its environment say. @default [] */
  readonly keys?: readonly StaticKey[] | undefined
  /** Takes the tokens that the host mints with `mintViewerToken`. @default none are taken */
  readonly viewerTokens?: ViewerTokens | undefined
  /** What each key and viewer may ask of this process. @default generous, see {@link Limits} */
  readonly limits?: Partial<Limits> | undefined
  /** Other sites whose pages may call the service. @default none */
  readonly cors?: CorsOptions | undefined
  /** How long events are kept, and who may say so. @default for ever, unless a tenant chooses otherwise */
  readonly retention?: RetentionOptions | undefined
  /** The clock, in milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined
  /** Told of the service's own trouble, with its cause, which clients never see. @default console.error */
  readonly onWarning?: ((message: string, cause?: unknown) => void) | undefined
}

/** Accepts events, and answers questions about them. */
export interface Service extends EventWriter, FetchService {
  /**
   * Purges what is past its time now, as the service does by itself about once an hour. Resolves to how many events went;
   * null when another process is at it.
   */
  purge(): Promise<number | null>
  /** Takes no more events, ends streams, stores what waits, and closes the store. */
  close(): Promise<void>
}

/**
 * Makes a service over a store. It answers `/api/*`, `/trpc/*`, `/audit-logs`, `/users/{id}/activity`, `/openapi.json`, `/docs` and
 * `/health` below wherever it is mounted. `append` is for the host itself: an event may name any tenant, and without one belongs to nobody's.
 *
 * Throws `invalid_input` for a key or a secret that could be guessed, and what opening the store throws.
 *
 * @example
 * const service = await createService({ catalog, store: await pglite('./.whodid'), authorize })
 * app.use('/activity', mount(service))
 */
export async function createService(options: ServiceOptions): Promise<Service> {
  const { authorize, keys = [], viewerTokens, limits = {}, retention = {}, now = Date.now, onWarning = warn } = options
  const catalog = options.catalog.json
  const cors = createCors(options.cors)
  const staticKeys = createStaticKeys(keys)
  const tokens = viewerTokens && createViewerTokens(viewerTokens, { has: (token) => store.revocations.has(token) }, now)
  const store = await options.store
  const storedKeys = createStoredKeys({ keys: store.keys, now, onWarning })
  const authenticate = createAuthenticate([staticKeys, ...(tokens ? [tokens] : []), storedKeys], authorize, onWarning)
  const calls = createCalls()
  const rights = createRights(now)
  const gates = createGates(limits, now, rights)

  const record = async (tenantId: string, event: NewEvent): Promise<void> => {
    const [result] = await ingest.append([event], tenantId)
    if (result?.outcome === 'rejected')
      throw new WhodidError('internal', `An audit event was rejected: ${result.reason}`)
  }
  const witness = createWitness({
    record,
    find: async (tenantId, filter) => (await store.list(wholeTenant(tenantId), filter, NEWEST)).items,
    now,
  })
  const ingest = createIngest({
    store,
    catalog,
    now,
    onConflict: (tenantId, eventId, reason) => {
      witness
        .conflict(tenantId, eventId, reason)
        .catch((cause) => onWarning('A conflict of ids was not recorded.', cause))
    },
  })
  const windows = createWindows(store, retention, now)
  const policy = createPolicy({ store, catalog, witness, append: ingest.append, now, windows, revoked: rights.recheck })
  const purge = createPurge({ store, windows, record, now, onWarning })
  if (retention.automatic ?? true) purge.start()

  const report = (error: unknown) => {
    const { code, message, cause } = errorOf(error)
    // Being closed, and being left, is no trouble.
    if (problemOf(error).status < 500 || code === 'closed') return
    onWarning(`${code}: ${message}`, cause ?? error)
  }

  const trpc = async (request: Request, endpoint: string, { native, ip }: Mounted): Promise<Response> => {
    const call = calls.begin(request)
    const gate = gates(call, ip)
    const { method, headers } = request
    try {
      const asker = await authenticate(request, native, gate.attempt)
      refuseForgery(request, asker, cors.trusts)
      const body = method === 'POST' ? await readJsonText(request) : null
      const bounded = new Request(request.url, { method, headers, body, signal: call.signal })
      const session = () => policy.session(asker, { gate, context: contextOf(request, ip, asker), signal: call.signal })
      return endingWith(gate.stamp(await handleTrpc(bounded, endpoint, session, report)), call)
    } catch (error) {
      // Refused by tRPC too, in the shape that its clients read.
      const empty = new Request(request.url, { method, headers, body: method === 'POST' ? '{}' : null })
      const refuse = () => {
        throw error
      }
      return endingWith(gate.stamp(await handleTrpc(empty, endpoint, refuse, report)), call)
    }
  }

  const rest = async (request: Request, path: string, { native, ip }: Mounted): Promise<Response> => {
    const call = calls.begin(request)
    const gate = gates(call, ip)
    const response = await handleRest({
      request,
      path,
      query: new URL(request.url).searchParams,
      authenticate: () => authenticate(request, native, gate.attempt),
      session: (asker: Caller) =>
        policy.session(asker, { gate, context: contextOf(request, ip, asker), signal: call.signal }),
      refuseForgery: (asker: Caller, isFile: boolean) => refuseForgery(request, asker, cors.trusts, isFile),
      end: call.end,
      report,
    })
    return gate.stamp(response)
  }

  const page = async (request: Request, render: () => Response | Promise<Response>): Promise<Response> => {
    const allow = 'GET, HEAD, OPTIONS'
    if (request.method === 'OPTIONS') return allowing(allow)
    if (request.method === 'GET' || request.method === 'HEAD') return render()
    return problem(new WhodidError('method_not_allowed', 'This page is only read: use GET.'), { allow })
  }

  /** The answer to a path of ours; null for one of the host's. */
  const answer = (request: Request, base: string, path: string, mounted: Mounted): Promise<Response> | null => {
    if (path === '/openapi.json')
      return page(request, () => answerOf(request, openApiWritten(base), { 'cache-control': 'no-cache' }))
    if (path === '/docs') return page(request, docsPage)
    if (path.startsWith('/trpc/')) {
      if (request.method === 'OPTIONS') return Promise.resolve(allowing('GET, POST, OPTIONS'))
      if (isWellEncoded(path)) return trpc(request, `${base}/trpc`, mounted)
      return Promise.resolve(
        problem(new WhodidError('invalid_input', 'The path is not well encoded: write it with encodeURIComponent.')),
      )
    }
    return isRestPath(path) ? rest(request, path, mounted) : null
  }

  return {
    append: (events: readonly NewEvent[]) => ingest.append(events, null),

    async fetch(request, mounted = {}) {
      const base = (mounted.basePath ?? '').replace(/\/+$/, '')
      const { pathname } = new URL(request.url)
      if (!pathname.startsWith(`${base}/`)) return null
      const path = pathname.slice(base.length)
      const answered = answer(request, base, path, mounted)
      if (answered === null) return null
      const whole = await answered
      const response = request.method === 'HEAD' ? await withoutBody(whole) : whole
      return cors.preflight(request, path) ?? cors.expose(response, request, path)
    },

    purge: purge.run,

    async close() {
      calls.close()
      await purge.close()
      await ingest.close()
      await store.close()
    },
  }
}

/** Whether tRPC can read the names in a path: it fails otherwise. */
function isWellEncoded(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

/** As many of whodid's own events as one viewer makes in an hour, and more. */
const NEWEST: PageRequest = { sort: 'occurredAt', order: 'desc', limit: 1_000, after: null }

function warn(message: string, cause?: unknown): void {
  console.error(`whodid: ${message}`, cause ?? '')
}
