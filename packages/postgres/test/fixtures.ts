import { defineCatalog, newId, type PageRequest, type PreparedEvent, type ReadScope } from '@whodid/core'
import { prepareEvent } from '@whodid/core/seal'

const catalog = defineCatalog({ project: { label: 'Project' } })

/** Creates an event of a tenant, with `size` characters of metadata. */
export function createEvent(at: number = Date.now(), size = 0, tenantId = 'acme'): PreparedEvent {
  const id = newId(at)
  return prepareEvent(
    {
      id,
      action: 'project.created',
      actor: { type: 'user', id: 'ada', name: 'Ada Lovelace', email: 'ada@acme.test' },
      resource: { type: 'project', id, name: 'Engine' },
      metadata: { padding: 'x'.repeat(size) },
    },
    { catalog: catalog.json, tenantId, receivedAt: Date.now() },
  )
}

/** Reads everything in the tenant `acme`. */
export const fullScope: ReadScope = { tenantId: 'acme', viewerId: 'ada', restrict: [] }

export const newestFirst: PageRequest = { sort: 'occurredAt', order: 'desc', limit: 100, after: null }
