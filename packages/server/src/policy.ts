import {
  type AppendResult,
  AUDIT_CATEGORY,
  type CatalogJson,
  type EventContext,
  type EventStore,
  type Filter,
  type NewEvent,
  type ReadScope,
  type StoredEvent,
  type Viewer,
  WhodidError,
} from '@whodid/core'
import { actorOf, type Witness } from './access-log.ts'
import type { Caller } from './auth/caller.ts'
import { mayViewAll, permit } from './auth/permission.ts'
import { erasePerson } from './lifecycle/erasure.ts'
import type { Windows } from './lifecycle/retention.ts'
import type { Gate } from './limits/gate.ts'
import type { Administration, Session } from './operations/operation.ts'
import { expandGroups, NOTHING } from './read/groups.ts'
import { isMasked } from './read/mask.ts'
import { extractPerson, type PersonReader, type PersonRef } from './read/person.ts'
import { createShow } from './read/present.ts'
import { createReader, type Reader } from './read/reader.ts'
import { hiddenFrom, understand } from './read/search.ts'
import { createTotals } from './read/totals.ts'

/** What a policy decides over. */
export interface PolicyOptions {
  readonly store: EventStore
  readonly catalog: CatalogJson
  readonly witness: Witness
  /** Stores events in a tenant; null leaves the tenant to each event. A key may not say what whodid alone says. */
  append(events: readonly NewEvent[], tenantId: string | null, by?: 'key'): Promise<readonly AppendResult[]>
  readonly now: () => number
  readonly windows: Windows
  /** Called once a key or a viewer token of a tenant was revoked. */
  revoked(tenantId: string): Promise<void>
}

/** Who may read and write what. */
export interface Policy {
  /** What one caller may touch in a request. */
  session(asker: Caller, request: Asking): Session
}

/** A request, as far as the policy goes. */
export interface Asking {
  readonly gate: Gate
  /** As events of whodid's own have it. */
  readonly context: Partial<EventContext>
  /** Aborts when the caller leaves. */
  readonly signal: AbortSignal
}

interface CallSite {
  readonly asker: Caller
  readonly context: Partial<EventContext>
}

const ALL = '*'
/** Events that one request may ask for, however many calls its batch has. */
const SPENT_AT_MOST = 2_000

function spender() {
  let spent = 0
  return (events: number) => {
    spent += events
    if (spent <= SPENT_AT_MOST) return
    throw new WhodidError(
      'payload_too_large',
      `This request asks for more than ${SPENT_AT_MOST} events at once: ask for smaller pages, or in several requests.`,
    )
  }
}

const NOT_AUDIT: Filter = { not: { category: [AUDIT_CATEGORY] } }

/** The tenants that are read: the one asked for, all of the viewer's, or the first. */
function tenantsFor({ viewer, everyTenant }: Caller, asked: string | undefined): readonly string[] {
  if (everyTenant) {
    if (asked !== undefined && asked !== ALL) return [asked]
    const why = asked === ALL ? 'takes one at a time, so not tenant=*: name one' : 'does not say which one: name it'
    throw new WhodidError('tenant_required', `A key for all tenants ${why}, with tenant=….`)
  }
  const [first] = viewer.tenants
  if (first === undefined) {
    throw new WhodidError('forbidden', `${viewer.name} belongs to no tenant, so there is nothing to read.`)
  }
  if (asked === undefined) return [first]
  if (asked === ALL) return [...new Set(viewer.tenants)]
  if (viewer.tenants.includes(asked)) return [asked]
  throw new WhodidError(
    'forbidden',
    `${viewer.name} does not belong to the tenant ${JSON.stringify(asked)}: ask for one of their own, or for * to get all.`,
  )
}

function oneTenantFor(asker: Caller, asked: string | undefined): string {
  const [tenantId, ...others] = tenantsFor(asker, asked)
  if (tenantId !== undefined && others.length === 0) return tenantId
  throw new WhodidError('tenant_required', 'One tenant is administered at a time: say which one, with tenant=….')
}

/** What holds for every read of a viewer, whatever they ask for. A list without a value lets nothing through. */
function restrictionsOf({ viewer, ownOnly }: Caller, catalog: CatalogJson, now: number): readonly Filter[] {
  const restrict: Filter[] = []
  if (viewer.filter) {
    const { q, ...conditions } = viewer.filter
    restrict.push(conditions.group?.length === 0 ? NOTHING : expandGroups(catalog, conditions))
    if (q) restrict.push(expandGroups(catalog, searchOf(viewer, q, now)))
  }
  if (ownOnly && !mayViewAll(viewer)) restrict.push({ actor: [viewer.id] })
  return restrict
}

function searchOf(viewer: Viewer, q: string, now: number): Filter {
  try {
    return understand({ q }, now).filter
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : ''
    throw new WhodidError(
      'forbidden',
      `The filter that the host gave ${viewer.name} cannot be read, so nothing is shown until it is mended. ${why}`,
      { cause },
    )
  }
}

/** Whether a filter names what it wants: audit events, or others only. Otherwise they are left out. */
function namesWanted({ category, action }: Filter): boolean {
  return Boolean(category?.length || action?.length)
}

/** The right of whodid itself to read what it has written. */
export function wholeTenant(tenantId: string): ReadScope {
  return { tenantId, viewerId: 'whodid', restrict: [] }
}

/** Makes the one place that turns a viewer into rights to read. Nothing else makes a `ReadScope`. */
export function createPolicy({ store, catalog, witness, append, now, windows, revoked }: PolicyOptions): Policy {
  const total = createTotals(store, now)

  /** What is past its time is not read, whether it is purged yet or not. */
  const kept = async (tenantId: string): Promise<readonly Filter[]> => {
    const cut = await windows.cutOf(tenantId)
    return cut === null ? [] : [{ from: new Date(cut).toISOString() }]
  }

  const readerFor = ({ asker, context }: CallSite, asked: string | undefined): Reader => {
    const { viewer } = asker
    const tenants = tenantsFor(asker, asked)
    const standing = restrictionsOf(asker, catalog, now())
    const hidden = hiddenFrom(viewer.masked ?? [])
    const ownOnly = asker.ownOnly && !mayViewAll(viewer)
    const watched = witnessFor({ asker, context }, tenants)
    const scopesWith = (conditions: readonly Filter[]) =>
      Promise.all(
        tenants.map(async (tenantId) => {
          const restrict = [...standing, ...conditions, ...(await kept(tenantId))]
          return { tenantId, viewerId: viewer.id, restrict, hidden, ownOnly }
        }),
      )
    return createReader({
      store,
      total,
      tenants,
      several: asked === ALL,
      masked: viewer.masked ?? [],
      scopes: () => scopesWith([]),
      now,
      scopesUnder: async (asked, audit) => {
        const filter = expandGroups(catalog, asked.filter)
        const also = asked.also.map((each) => expandGroups(catalog, each))
        const asIs = audit || [filter, ...also].some(namesWanted)
        return { scopes: await scopesWith(asIs ? also : [...also, NOT_AUDIT]), filter }
      },
      show: createShow(catalog, viewer.masked ?? []),
      witness: async (what) => {
        await watched(what)
      },
      witnessFile: watched,
    })
  }

  const personFor = ({ asker, context }: CallSite, id: string, asked: string | undefined): PersonReader => {
    const { viewer } = asker
    const isAdmin = viewer.permissions.includes('admin')
    if (!isAdmin && viewer.id !== id) permit(viewer, 'admin')
    if (!isAdmin) permit(viewer, 'export')
    // Whatever is in the file is theirs, hidden id or not.
    if (viewer.id !== id && isMasked(viewer.masked ?? [], 'actor.id')) {
      throw new WhodidError(
        'forbidden',
        `Who did what is hidden from ${viewer.name}, so there is no file of anybody but themselves: ask for their own id.`,
      )
    }
    const tenantId = oneTenantFor(asker, asked)
    const restrict = restrictionsOf({ ...asker, ownOnly: false }, catalog, now())
    const show = createShow(catalog, viewer.masked ?? [])
    // Whoever did something to them keeps what is their own.
    const theirs = isAdmin || mayViewAll(viewer) ? [] : ['actor.email', 'context.ip', 'context.userAgent']
    const showOthers = createShow(catalog, [...(viewer.masked ?? []), ...theirs])
    return {
      extract: async ({ signal, ...request }) => {
        const scope = { tenantId, viewerId: viewer.id, restrict: [...restrict, ...(await kept(tenantId))] }
        const showEach = (event: StoredEvent) => (event.actor.id === id ? show(event) : showOthers(event))
        return extractPerson({ store, scope, person: personOf(id), show: showEach }, request, signal)
      },
      witnessFile: witnessFor({ asker, context }, [tenantId]),
    }
  }

  /** People stand in events as actors, and as resources of the types that the catalog calls personal. */
  const personOf = (id: string): PersonRef => {
    const personal = catalog.resources.filter((resource) => resource.personal).map(({ type }) => type)
    return { id, resourceTypes: [...new Set(['user', ...personal])] }
  }

  const witnessFor = ({ asker: { viewer }, context }: CallSite, tenants: readonly string[]): Reader['witnessFile'] => {
    const reading = { viewer, context }
    return async (what) => {
      const ids = new Map(
        await Promise.all(
          tenants.map(async (tenantId) => [tenantId, await witness.record(reading, tenantId, what)] as const),
        ),
      )
      return (tenantId, end) => witness.ended(reading, tenantId, ids.get(tenantId) ?? null, end)
    }
  }

  const administrationOf = ({ asker, context }: CallSite, asked: string | undefined): Administration => {
    const { viewer } = asker
    permit(viewer, 'admin')
    const tenantId = oneTenantFor(asker, asked)
    const restrict = restrictionsOf({ ...asker, ownOnly: false }, catalog, now())
    const scope = { tenantId, viewerId: viewer.id, restrict }
    return {
      tenantId,
      keys: {
        ...store.keys,
        revoke: async (...which) => {
          const key = await store.keys.revoke(...which)
          if (key) await revoked(tenantId)
          return key
        },
      },
      revocations: {
        ...store.revocations,
        add: async (revocation) => {
          await store.revocations.add(revocation)
          await revoked(tenantId)
        },
      },
      retention: {
        get: () => windows.of(tenantId),
        under: windows.under,
        set: (retention) => windows.set(tenantId, retention),
        preview: windows.preview,
      },
      erase: (id, request) => erasePerson({ store, scope, catalog, person: personOf(id), ...request }),
      record: async (event) => {
        const [result] = await append([{ ...event, actor: actorOf(viewer), context }], tenantId)
        if (result?.outcome === 'rejected') {
          throw new WhodidError('internal', `An audit event was rejected: ${result.reason}`)
        }
      },
    }
  }

  return {
    session: (asker, { gate, context, signal }) => ({
      context,
      now,
      admit: (verb) => gate.admit(asker, verb),
      spend: spender(),
      viewer: asker.viewer,
      catalog,
      signal,
      reader: (asked) => {
        permit(asker.viewer, 'viewer')
        return readerFor({ asker, context }, asked)
      },
      append: async (events) => {
        permit(asker.viewer, 'ingest')
        gate.sent(asker, events.length)
        return append(events, asker.everyTenant ? null : (asker.viewer.tenants[0] ?? null), 'key')
      },
      administer: (asked) => administrationOf({ asker, context }, asked),
      person: (id, asked) => {
        permit(asker.viewer, 'viewer')
        return personFor({ asker, context }, id, asked)
      },
      health: () => store.health(),
    }),
  }
}
