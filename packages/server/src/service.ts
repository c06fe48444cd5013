import type {
  AppRoute,
  Authorize,
  Catalog,
  CatalogData,
  EventStore,
  EventWriter,
  FetchService,
  PageRequest,
} from '@whodid/core'
import { createAccessLog } from './access-log.ts'
import { createRouteReporter, parseAppRoutes } from './app-routes.ts'
import { createAuthenticate } from './auth/authenticate.ts'
import { createRevocationWatch } from './auth/revocation.ts'
import { createStaticKeyAuthenticator, type StaticKey } from './auth/static-keys.ts'
import { createStoredKeyAuthenticator } from './auth/stored-keys.ts'
import { createViewerTokenAuthenticator, type ViewerTokens } from './auth/viewer-token.ts'
import { createCalls } from './calls.ts'
import { type CorsOptions, createCors } from './http/cors.ts'
import { createHandler } from './http/handler.ts'
import { createIngest } from './ingest.ts'
import { createPurge } from './lifecycle/purge.ts'
import { createRetentionWindows, type RetentionOptions } from './lifecycle/retention.ts'
import { createGates } from './limits/gate.ts'
import type { Limits } from './limits/rate-limit.ts'
import { createPolicy, createTenantScope } from './policy.ts'

/** Options for `createService`. */
export interface ServiceOptions {
  /** The catalog from `defineCatalog`. */
  readonly catalog: Pick<Catalog<CatalogData>, 'json'>
  /** The event store: `pglite(…)` or `pg(…)` of @whodid/postgres. The service closes it. */
  readonly store: EventStore | Promise<EventStore>
  /** Returns the viewer of a request. Without it, only API keys and viewer tokens are accepted. */
  readonly authorize?: Authorize | undefined
  /** API keys that the host configures, for example from environment variables. @default [] */
  readonly keys?: readonly StaticKey[] | undefined
  /** Accepts tokens from `mintViewerToken`. @default none are accepted */
  readonly viewerTokens?: ViewerTokens | undefined
  /** Rate and concurrency limits of this process. @default see {@link Limits} */
  readonly limits?: Partial<Limits> | undefined
  /** Other origins whose pages may call the service. @default none */
  readonly cors?: CorsOptions | undefined
  /** How long events are kept. @default forever, unless a tenant sets a limit */
  readonly retention?: RetentionOptions | undefined
  /** The clock, in epoch milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined
  /** Called with internal errors and their cause, which clients never see. @default console.error */
  readonly onWarning?: ((message: string, cause?: unknown) => void) | undefined
}

/** A service that stores events and answers queries about them. */
export interface Service extends EventWriter, FetchService {
  /**
   * Stores the routes of the host app. Trails call it, so that hosts do not need to.
   *
   * @throws WhodidError `invalid_input` for an invalid route
   */
  reportRoutes(routes: readonly AppRoute[]): Promise<void>
  /**
   * Deletes events past their retention now. The service also does this about once an hour. Resolves to the number of deleted
   * events; null when another process is purging.
   */
  purge(): Promise<number | null>
  /** Stops accepting events, ends streams, stores waiting events and closes the store. */
  close(): Promise<void>
}

/**
 * Creates a service over a store. Below its mount path it answers `/api/*`, `/trpc/*`, `/audit-logs`, `/users/{id}/activity`,
 * `/openapi.json`, `/docs` and `/health`. `append` is for the host app: an event may name any tenant, or none.
 *
 * Throws `invalid_input` for a key or secret that is too short, and any error from opening the store.
 *
 * @example
 * const service = await createService({ catalog, store: await pglite('./.whodid'), authorize })
 * app.use('/activity', mount(service))
 */
export async function createService(options: ServiceOptions): Promise<Service> {
  const { authorize, keys = [], viewerTokens, limits = {}, retention = {}, now = Date.now, onWarning = warn } = options
  const catalog = options.catalog.json

  const cors = createCors(options.cors)
  const staticKeys = createStaticKeyAuthenticator(keys)
  const tokens =
    viewerTokens && createViewerTokenAuthenticator(viewerTokens, { has: (token) => store.revocations.has(token) }, now)
  const store = await options.store
  const storedKeys = createStoredKeyAuthenticator({ keys: store.keys, now, onWarning })
  const authenticate = createAuthenticate([staticKeys, ...(tokens ? [tokens] : []), storedKeys], authorize, onWarning)

  const calls = createCalls()
  const revocationWatch = createRevocationWatch(now)
  const gates = createGates(limits, now, revocationWatch)

  const ingest = createIngest({
    store,
    catalog,
    now,
    onConflict: (tenantId, eventId, reason) => {
      accessLog
        .recordIdConflict(tenantId, eventId, reason)
        .catch((cause) => onWarning('Could not record an id conflict.', cause))
    },
  })
  const accessLog = createAccessLog({
    record: ingest.record,
    find: async (tenantId, filter) => (await store.list(createTenantScope(tenantId), filter, NEWEST_EVENTS)).items,
    now,
  })

  const windows = createRetentionWindows(store, retention, now)
  const purge = createPurge({ store, windows, record: ingest.record, now, onWarning })
  if (retention.autoPurge ?? true) purge.start()

  const onRevoked = revocationWatch.recheck
  const reportRoutes = createRouteReporter({ store, now, onWarning })
  const policy = createPolicy({ store, catalog, accessLog, ingest, reportRoutes, now, windows, onRevoked })

  return {
    append: ingest.appendFromHost,
    async reportRoutes(routes) {
      await reportRoutes(parseAppRoutes(routes))
    },
    fetch: createHandler({ authenticate, policy, calls, gates, cors, onWarning }),
    purge: purge.run,
    async close() {
      calls.close()
      await purge.close()
      await ingest.close()
      await store.close()
    },
  }
}

/** A page that holds more audit events than one viewer causes in an hour. */
const NEWEST_EVENTS: PageRequest = { sort: 'occurredAt', order: 'desc', limit: 1_000, after: null }

function warn(message: string, cause?: unknown): void {
  console.error(`whodid: ${message}`, cause ?? '')
}
