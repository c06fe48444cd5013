import {
  AUDIT_CATEGORY,
  type CatalogJson,
  type EventContext,
  type EventStore,
  type Filter,
  type ReadScope,
  type StoredEvent,
  type Viewer,
  WhodidError,
} from '@whodid/core'
import { type AccessLog, toActor } from './access-log.ts'
import type { ReportRoutes } from './app-routes.ts'
import type { Caller } from './auth/caller.ts'
import { canViewAll, requirePermission } from './auth/permission.ts'
import { ALL_TENANTS, resolveSingleTenant, resolveTenants } from './auth/tenants.ts'
import type { Ingest } from './ingest.ts'
import { erasePerson } from './lifecycle/erasure.ts'
import type { RetentionWindows } from './lifecycle/retention.ts'
import type { Gate } from './limits/gate.ts'
import type { Administration, Session } from './operations/operation.ts'
import { expandGroups, MATCH_NOTHING } from './read/groups.ts'
import { isMasked } from './read/mask.ts'
import { extractPerson, type PersonReader, type PersonRef } from './read/person.ts'
import { createPresenter } from './read/present.ts'
import { createReader, type Reader } from './read/reader.ts'
import { getHiddenFields, parseSearch } from './read/search.ts'
import { createTotalCounter } from './read/totals.ts'

/** Options for `createPolicy`. */
interface PolicyOptions {
  readonly store: EventStore
  readonly catalog: CatalogJson
  readonly accessLog: AccessLog
  readonly ingest: Pick<Ingest, 'appendFromKey' | 'record'>
  readonly reportRoutes: ReportRoutes
  readonly now: () => number
  readonly windows: RetentionWindows
  /** Called after a key or viewer token of a tenant is revoked. */
  onRevoked(tenantId: string): Promise<void>
}

/** Decides who may read and write what. */
export interface Policy {
  /** Opens a session for the caller of one request. */
  session(caller: Caller, request: SessionRequest): Session
}

/** The request of a session. */
interface SessionRequest {
  readonly gate: Gate
  /** The context of audit events about this request. */
  readonly context: Partial<EventContext>
  /** Aborts when the client disconnects. */
  readonly signal: AbortSignal
}

/** A caller with the event context of their request. */
interface RequestCaller {
  readonly caller: Caller
  readonly context: Partial<EventContext>
}

/** Events that one request may read, over all calls of a batch. */
const MAX_EVENTS_PER_REQUEST = 2_000

function createEventBudget() {
  let requested = 0
  return (events: number) => {
    requested += events
    if (requested <= MAX_EVENTS_PER_REQUEST) return
    throw new WhodidError(
      'payload_too_large',
      `Too many events requested: the limit is ${MAX_EVENTS_PER_REQUEST.toLocaleString('en-US')} per request. Use smaller pages or several requests.`,
    )
  }
}

const NOT_AUDIT: Filter = { not: { category: [AUDIT_CATEGORY] } }

/** Returns the filters that apply to every read of a viewer. An empty list in a filter matches nothing. */
function getRestrictions({ viewer, ownOnly }: Caller, catalog: CatalogJson, now: number): readonly Filter[] {
  const restrict: Filter[] = []
  if (viewer.filter) {
    const { q, ...conditions } = viewer.filter
    restrict.push(conditions.group?.length === 0 ? MATCH_NOTHING : expandGroups(catalog, conditions))
    if (q) restrict.push(expandGroups(catalog, parseViewerSearch(viewer, q, now)))
  }
  if (ownOnly && !canViewAll(viewer)) restrict.push({ actor: [viewer.id] })
  return restrict
}

function parseViewerSearch(viewer: Viewer, q: string, now: number): Filter {
  try {
    return parseSearch({ q }, now).filter
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : ''
    throw new WhodidError(
      'forbidden',
      `The host app returned an invalid filter for ${viewer.name}, so nothing is shown. Fix \`filter.q\` in \`authorize\`. ${reason}`,
      { cause },
    )
  }
}

/** Checks if a filter names categories or actions. Otherwise audit events are left out. */
function selectsCategoryOrAction({ category, action }: Filter): boolean {
  return Boolean(category?.length || action?.length)
}

/** Creates the scope in which whodid reads its own audit events. */
export function createTenantScope(tenantId: string): ReadScope {
  return { tenantId, viewerId: 'whodid', restrict: [] }
}

/** Creates the policy. Only the policy creates a `ReadScope` or a reader. */
export function createPolicy(options: PolicyOptions): Policy {
  const { store, catalog, accessLog, ingest, reportRoutes, now, windows, onRevoked } = options
  const countTotal = createTotalCounter(store, now)

  /** Hides events past their retention, purged or not. */
  const getRetentionFilter = async (tenantId: string): Promise<readonly Filter[]> => {
    const cutoff = await windows.getCutoff(tenantId)
    return cutoff === null ? [] : [{ from: new Date(cutoff).toISOString() }]
  }

  const createReaderFor = ({ caller, context }: RequestCaller, requested: string | undefined): Reader => {
    const { viewer } = caller
    const masked = viewer.masked ?? []
    const tenants = resolveTenants(caller, requested)
    const restrictions = getRestrictions(caller, catalog, now())
    const hidden = getHiddenFields(masked)
    const ownOnly = caller.ownOnly && !canViewAll(viewer)
    const recordExport = createAccessRecorder({ caller, context }, tenants)
    const createScopes = (conditions: readonly Filter[]) =>
      Promise.all(
        tenants.map(async (tenantId) => {
          const restrict = [...restrictions, ...conditions, ...(await getRetentionFilter(tenantId))]
          return { tenantId, viewerId: viewer.id, restrict, hidden, ownOnly }
        }),
      )
    return createReader({
      store,
      countTotal,
      tenants,
      isMultiTenant: requested === ALL_TENANTS,
      masked,
      getScopes: () => createScopes([]),
      now,
      resolveSearch: async (search, audit) => {
        const filter = expandGroups(catalog, search.filter)
        const additional = search.additionalFilters.map((each) => expandGroups(catalog, each))
        const includesAudit = audit || [filter, ...additional].some(selectsCategoryOrAction)
        return { scopes: await createScopes(includesAudit ? additional : [...additional, NOT_AUDIT]), filter }
      },
      present: createPresenter(catalog, masked),
      recordAccess: async (record) => {
        await recordExport(record)
      },
      recordExport,
    })
  }

  const createPersonReader = (
    { caller, context }: RequestCaller,
    personId: string,
    requested: string | undefined,
  ): PersonReader => {
    const { viewer } = caller
    const masked = viewer.masked ?? []
    const isAdmin = viewer.permissions.includes('admin')
    if (!isAdmin && viewer.id !== personId) requirePermission(viewer, 'admin')
    if (!isAdmin) requirePermission(viewer, 'export')
    // The file would reveal who did what, even with the id masked.
    if (viewer.id !== personId && isMasked(masked, 'actor.id')) {
      throw new WhodidError(
        'forbidden',
        `Permission denied: \`actor.id\` is masked for ${viewer.name}, so they can only export their own data.`,
      )
    }
    const tenantId = resolveSingleTenant(caller, requested)
    const restrictions = getRestrictions({ ...caller, ownOnly: false }, catalog, now())
    const presentOwn = createPresenter(catalog, masked)
    // Personal data of other people who acted on this person stays hidden.
    const maskedOfOthers = isAdmin || canViewAll(viewer) ? [] : ['actor.email', 'context.ip', 'context.userAgent']
    const presentOthers = createPresenter(catalog, [...masked, ...maskedOfOthers])
    return {
      extract: async ({ signal, ...request }) => {
        const restrict = [...restrictions, ...(await getRetentionFilter(tenantId))]
        const scope = { tenantId, viewerId: viewer.id, restrict }
        const present = (event: StoredEvent) => (event.actor.id === personId ? presentOwn(event) : presentOthers(event))
        return extractPerson({ store, scope, person: toPersonRef(personId), present }, request, signal)
      },
      recordExport: createAccessRecorder({ caller, context }, [tenantId]),
    }
  }

  /** A person is an actor, or a resource of a type that the catalog marks as personal. */
  const toPersonRef = (id: string): PersonRef => {
    const personalTypes = catalog.resources.filter((resource) => resource.personal).map(({ type }) => type)
    return { id, resourceTypes: [...new Set(['user', ...personalTypes])] }
  }

  const createAccessRecorder = (
    { caller: { viewer }, context }: RequestCaller,
    tenants: readonly string[],
  ): Reader['recordExport'] => {
    const access = { viewer, context }
    return async (record) => {
      const ids = new Map(
        await Promise.all(
          tenants.map(async (tenantId) => [tenantId, await accessLog.recordAccess(access, tenantId, record)] as const),
        ),
      )
      return (tenantId, completion) =>
        accessLog.recordExportEnd(access, tenantId, ids.get(tenantId) ?? null, completion)
    }
  }

  const createAdministration = ({ caller, context }: RequestCaller, requested: string | undefined): Administration => {
    const { viewer } = caller
    requirePermission(viewer, 'admin')
    const tenantId = resolveSingleTenant(caller, requested)
    const restrict = getRestrictions({ ...caller, ownOnly: false }, catalog, now())
    const scope = { tenantId, viewerId: viewer.id, restrict }
    return {
      tenantId,
      keys: {
        ...store.keys,
        revoke: async (...args) => {
          const key = await store.keys.revoke(...args)
          if (key) await onRevoked(tenantId)
          return key
        },
      },
      revocations: {
        ...store.revocations,
        add: async (revocation) => {
          await store.revocations.add(revocation)
          await onRevoked(tenantId)
        },
      },
      retention: {
        get: () => windows.get(tenantId),
        withSettings: windows.withSettings,
        set: (retention) => windows.set(tenantId, retention),
        preview: windows.preview,
      },
      erase: (id, request) => erasePerson({ store, scope, catalog, person: toPersonRef(id), ...request }),
      record: (event) => ingest.record(tenantId, { ...event, actor: toActor(viewer), context }),
    }
  }

  return {
    session: (caller, { gate, context, signal }) => ({
      context,
      now,
      admit: (operation) => gate.admit(caller, operation),
      spendEventBudget: createEventBudget(),
      viewer: caller.viewer,
      catalog,
      signal,
      reader: (requested) => {
        requirePermission(caller.viewer, 'viewer')
        return createReaderFor({ caller, context }, requested)
      },
      append: async (events) => {
        requirePermission(caller.viewer, 'ingest')
        gate.countEvents(caller, events.length)
        return ingest.appendFromKey(events, caller.allTenants ? null : (caller.viewer.tenants[0] ?? null))
      },
      reportRoutes: async (routes) => {
        requirePermission(caller.viewer, 'ingest')
        gate.countEvents(caller, routes.length)
        return reportRoutes(routes)
      },
      administer: (requested) => createAdministration({ caller, context }, requested),
      person: (personId, requested) => {
        requirePermission(caller.viewer, 'viewer')
        return createPersonReader({ caller, context }, personId, requested)
      },
      health: () => store.health(),
    }),
  }
}
