import { defineCatalog, newId, type PageRequest, type PreparedEvent, prepareEvent, type ReadScope } from '@whodid/core'

// For tests of this package alone; what every store must do is in the testkit.

const catalog = defineCatalog({ project: { label: 'Project' } })

/** An event of a tenant. */
export function eventOf(at: number = Date.now(), size = 0, tenantId = 'acme'): PreparedEvent {
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

export const everything: ReadScope = { tenantId: 'acme', viewerId: 'ada', restrict: [] }

export const newestFirst: PageRequest = { sort: 'occurredAt', order: 'desc', limit: 100, after: null }
