import type { Change, CompleteEvent, EventError, JsonObject, Person, Scope, StoredEvent } from '@whodid/core'
import type { Row } from '../db.ts'
import { raw } from '../sql.ts'

/** What a reader's query selects of `e`: everything but the canonical bytes, the disclosures and the search text. */
export const eventColumns = raw(`e.tenant_id, e.id, e.seq, e.occurred_at, e.received_at, e.action, e.category, e.kind,
  e.status, e.severity, e.actor_type, e.actor_id, e.actor_name, e.actor_email, e.on_behalf_of, e.impersonated_by,
  e.resource_type, e.resource_id, e.resource_name, e.resource_href, e.scope, e.description, e.changes, e.metadata,
  e.error, e.redacted, e.caused_by, e.channel, e.ip, e.user_agent, e.request_id, e.trace_id, e.method, e.route`)

/** A row of {@link eventColumns} with what has become of its resource, and the viewer's `seen` and `archived`. */
export interface EventRow extends Row {
  readonly tenant_id: string
  readonly id: string
  readonly seq: number
  readonly occurred_at: Date
  readonly received_at: Date
  readonly action: string
  readonly category: string
  readonly kind: CompleteEvent['kind']
  readonly status: CompleteEvent['status']
  readonly severity: CompleteEvent['severity']
  readonly actor_type: CompleteEvent['actor']['type']
  readonly actor_id: string
  readonly actor_name: string | null
  readonly actor_email: string | null
  readonly on_behalf_of: Person | null
  readonly impersonated_by: Person | null
  readonly resource_type: string
  readonly resource_id: string | null
  readonly resource_name: string | null
  readonly resource_href: string | null
  readonly scope: Scope
  readonly description: string
  readonly changes: readonly Change[]
  readonly metadata: JsonObject
  readonly error: EventError | null
  readonly redacted: readonly string[]
  readonly caused_by: string | null
  readonly channel: CompleteEvent['context']['channel']
  readonly ip: string | null
  readonly user_agent: string | null
  readonly request_id: string | null
  readonly trace_id: string | null
  readonly method: string | null
  readonly route: string | null
  readonly deleted: boolean
  readonly seen: boolean
  readonly archived: boolean
}

/** The event that a row holds. */
export function eventOfRow(row: EventRow): StoredEvent {
  return {
    id: row.id,
    seq: row.seq,
    occurredAt: row.occurred_at.toISOString(),
    receivedAt: row.received_at.toISOString(),
    tenantId: row.tenant_id,
    action: row.action,
    category: row.category,
    kind: row.kind,
    status: row.status,
    actor: {
      type: row.actor_type,
      id: row.actor_id,
      ...(row.actor_name !== null && { name: row.actor_name }),
      ...(row.actor_email !== null && { email: row.actor_email }),
      ...(row.on_behalf_of !== null && { onBehalfOf: row.on_behalf_of }),
      ...(row.impersonated_by !== null && { impersonatedBy: row.impersonated_by }),
    },
    resource: {
      type: row.resource_type,
      id: row.resource_id,
      ...(row.resource_name !== null && { name: row.resource_name }),
      href: row.resource_href,
      deleted: row.deleted,
    },
    scope: row.scope,
    description: row.description,
    severity: row.severity,
    changes: row.changes,
    metadata: row.metadata,
    error: row.error,
    redacted: row.redacted,
    causedBy: row.caused_by,
    context: {
      channel: row.channel,
      ip: row.ip,
      userAgent: row.user_agent,
      requestId: row.request_id,
      traceId: row.trace_id,
      method: row.method,
      route: row.route,
    },
    seen: row.seen,
    archived: row.archived,
  }
}

const RESTORING = /\.(?:restored|recovered|undeleted|untrashed|reinstated)$/
const TRASHING = /\.trashed$/

/** Whether an event leaves its resource deleted (true) or there (false); null when it says nothing of that. */
export function leavesDeleted({ action, kind, status, resource }: CompleteEvent): boolean | null {
  if (status !== 'success' || resource.id === null) return null
  if (RESTORING.test(action)) return false
  if (kind === 'delete' || TRASHING.test(action)) return true
  return kind === 'create' ? false : null
}

/** The project that an event belongs to. */
export function projectOf({ scope, resource }: CompleteEvent): string | null {
  return scope.project?.id ?? (resource.type === 'project' ? resource.id : null)
}
