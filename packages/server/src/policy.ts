import {
  type AppendResult,
  AUDIT_CATEGORY,
  type CatalogJson,
  type EventStore,
  type Filter,
  type NewEvent,
  renderHref,
  resolveResource,
  type StoredEvent,
  safeHref,
  WhodidError,
} from '@whodid/core'
import type { Asker } from './authenticate.ts'
import { expandGroups, NOTHING } from './groups.ts'
import { createMask } from './mask.ts'
import { mayViewAll, permit } from './permission.ts'
import { createReader, type Reader } from './reader.ts'
import type { Administration, Session } from './verb.ts'
import { actorOf, type Witness } from './witness.ts'

/** What a policy decides over. */
export interface PolicyOptions {
  readonly store: EventStore
  readonly catalog: CatalogJson
  readonly witness: Witness
  /** Stores events in a tenant; null leaves the tenant to each event. */
  append(events: readonly NewEvent[], tenantId: string | null): Promise<readonly AppendResult[]>
}

/** Who may read and write what. */
export interface Policy {
  /** What one caller may touch, until the signal aborts. */
  session(asker: Asker, signal: AbortSignal): Session
}

const ALL = '*'
/** Events that one request may ask for, however many calls its batch has. */
const SPENT_AT_MOST = 2_000

const spender = () => {
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
const tenantsFor = ({ viewer, everyTenant }: Asker, asked: string | undefined): readonly string[] => {
  if (everyTenant) {
    if (asked !== undefined && asked !== ALL) return [asked]
    throw new WhodidError('tenant_required', 'This key is for all tenants: say which one to read, with tenant=….')
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

/** What holds for every read of a viewer, whatever they ask for. A list without a value lets nothing through. */
const restrictionsOf = ({ viewer, ownOnly }: Asker, catalog: CatalogJson): readonly Filter[] => {
  const restrict: Filter[] = []
  if (viewer.filter) restrict.push(viewer.filter.group?.length === 0 ? NOTHING : expandGroups(catalog, viewer.filter))
  if (ownOnly && !mayViewAll(viewer)) restrict.push({ actor: [viewer.id] })
  return restrict
}

const asksForAudit = ({ category, action }: Filter): boolean =>
  category?.includes(AUDIT_CATEGORY) || action?.some((name) => name.startsWith(`${AUDIT_CATEGORY}.`)) || false

/** An event with the link that its host or its catalog gives it, if that is a safe one. */
const linked = (catalog: CatalogJson, event: StoredEvent): StoredEvent => {
  const { resource } = event
  const template = resource.href === null && resource.id !== null ? resolveResource(catalog, resource.type).href : null
  const href = safeHref(resource.href ?? (template === null ? null : renderHref(template, event)))
  return href === resource.href ? event : { ...event, resource: { ...resource, href } }
}

/** Makes the one place that turns a viewer into rights to read. Nothing else makes a `ReadScope`. */
export const createPolicy = ({ store, catalog, witness, append }: PolicyOptions): Policy => {
  const readerFor = (asker: Asker, asked: string | undefined): Reader => {
    const { viewer } = asker
    const tenants = tenantsFor(asker, asked)
    const standing = restrictionsOf(asker, catalog)
    const mask = createMask(viewer.masked ?? [])
    const scopesWith = (conditions: readonly Filter[]) =>
      tenants.map((tenantId) => ({ tenantId, viewerId: viewer.id, restrict: [...standing, ...conditions] }))
    return createReader({
      store,
      tenants,
      several: asked === ALL,
      masked: viewer.masked ?? [],
      scopes: () => scopesWith([]),
      scopesUnder: (asked) => {
        const filter = expandGroups(catalog, asked)
        return { scopes: scopesWith(asksForAudit(filter) ? [] : [NOT_AUDIT]), filter }
      },
      show: (event) => mask(linked(catalog, event)),
      witness: async (what) => {
        await Promise.all(tenants.map((tenantId) => witness.record(viewer, tenantId, what)))
      },
    })
  }

  const administrationOf = (asker: Asker, asked: string | undefined): Administration => {
    const { viewer } = asker
    permit(viewer, 'admin')
    const [tenantId, ...others] = tenantsFor(asker, asked)
    if (tenantId === undefined || others.length > 0) {
      throw new WhodidError('tenant_required', 'One tenant is administered at a time: say which one, with tenant=….')
    }
    return {
      tenantId,
      scope: { tenantId, viewerId: viewer.id, restrict: restrictionsOf({ ...asker, ownOnly: false }, catalog) },
      keys: store.keys,
      revocations: store.revocations,
      retention: store.retention,
      people: store.people,
      record: async (event) => {
        const [result] = await append([{ ...event, actor: actorOf(viewer) }], tenantId)
        if (result?.outcome === 'rejected') {
          throw new WhodidError('internal', `An audit event was rejected: ${result.reason}`)
        }
      },
    }
  }

  return {
    session: (asker, signal) => ({
      spend: spender(),
      viewer: asker.viewer,
      catalog,
      signal,
      reader: (asked) => {
        permit(asker.viewer, 'viewer')
        return readerFor(asker, asked)
      },
      append: async (events) => {
        permit(asker.viewer, 'ingest')
        return append(events, asker.everyTenant ? null : (asker.viewer.tenants[0] ?? null))
      },
      administer: (asked) => administrationOf(asker, asked),
      health: () => store.health(),
    }),
  }
}
