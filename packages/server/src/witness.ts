import { type Actor, AUDIT_CATEGORY, type Filter, type JsonObject, type NewEvent, type Viewer } from '@whodid/core'

/** What is worth an event when it is read: one other person's activity, and a file of any. */
export type Witnessed =
  | { readonly read: 'viewed'; readonly subject: string; readonly filter: Filter }
  | { readonly read: 'exported'; readonly format: string; readonly filter: Filter }

/** Writes down who read what. */
export interface Witness {
  /** One event a viewer, tenant, filter and hour. Resolves once it is stored, so that nobody reads unseen. */
  record(viewer: Viewer, tenantId: string, what: Witnessed): Promise<void>
  /** An id that came twice with two contents. */
  conflict(tenantId: string, eventId: string, reason: string): Promise<void>
}

const HOUR = 3_600_000
/** Characters of JSON. */
const MAX_FILTER = 16_000
const REMEMBERED = 20_000

/** A viewer as the actor of whodid's own events. */
export const actorOf = ({ id, name }: Viewer): Actor => ({ type: id.startsWith('key:') ? 'api_key' : 'user', id, name })

/** A filter as it stands in an event, where there is not room for any length of list. */
const recorded = (filter: Filter): JsonObject => {
  const text = JSON.stringify(filter)
  return text.length <= MAX_FILTER ? JSON.parse(text) : { tooLong: true, conditions: Object.keys(JSON.parse(text)) }
}

const eventOf = (viewer: Viewer, what: Witnessed): NewEvent => {
  const filter = recorded(what.filter)
  if (what.read === 'exported') {
    return {
      action: `${AUDIT_CATEGORY}.exported`,
      actor: actorOf(viewer),
      resource: { type: 'export', id: null, name: `activity.${what.format}` },
      description: `The activity was exported as ${what.format.toUpperCase()}`,
      metadata: { format: what.format, filter },
    }
  }
  return {
    action: `${AUDIT_CATEGORY}.viewed`,
    actor: actorOf(viewer),
    resource: { type: 'user', id: what.subject },
    description: `The activity of ${what.subject} was viewed`,
    metadata: { filter },
  }
}

/** Makes a witness that stores its events with `write`. */
export const createWitness = (
  write: (tenantId: string, event: NewEvent) => Promise<void>,
  now: () => number,
): Witness => {
  const known = new Map<string, Promise<void>>()
  let hour = 0

  const once = (key: string, tenantId: string, event: NewEvent): Promise<void> => {
    const current = Math.floor(now() / HOUR)
    if (current !== hour) {
      known.clear()
      hour = current
    }
    const earlier = known.get(key)
    if (earlier) return earlier
    const written = write(tenantId, event)
    known.set(key, written)
    written.catch(() => known.delete(key))
    for (const oldest of known.keys()) {
      if (known.size <= REMEMBERED) break
      known.delete(oldest)
    }
    return written
  }

  return {
    record: (viewer, tenantId, what) =>
      once(JSON.stringify([viewer.id, tenantId, what]), tenantId, eventOf(viewer, what)),
    conflict: (tenantId, eventId, reason) =>
      once(JSON.stringify([tenantId, eventId]), tenantId, {
        action: `${AUDIT_CATEGORY}.id_conflict`,
        status: 'failure',
        severity: 'warning',
        actor: { type: 'system', id: 'whodid', name: 'whodid' },
        resource: { type: 'event', id: eventId },
        description: `An event with the id ${eventId} was rejected, since another has it`,
        error: { code: 'id_conflict', message: reason },
        context: { channel: 'system' },
      }),
  }
}
