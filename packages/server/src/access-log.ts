import {
  type Actor,
  AUDIT_CATEGORY,
  bytesToHex,
  canonicalBytes,
  type EventContext,
  type Filter,
  type JsonObject,
  type NewEvent,
  newId,
  type StoredEvent,
  sha256,
  type Viewer,
} from '@whodid/core'

/** What is worth an event when it is read: the activity of other people, and a file of any. */
export type Witnessed =
  | { readonly read: 'viewed'; readonly subjects: readonly string[]; readonly filter: Filter }
  | ({ readonly read: 'exported'; readonly filter: Filter } & WitnessedFile)
  | ({ readonly read: 'person_exported'; readonly subject: string } & WitnessedFile)

interface WitnessedFile {
  readonly format: string
  readonly preset?: string | undefined
  /** The event that an earlier file broke off after. */
  readonly after?: string | undefined
}

/** Who reads, and in which request. */
export interface Reading {
  readonly viewer: Viewer
  readonly context: Partial<EventContext>
}

/** How a file came to its end. */
export interface Ending {
  /** How many events were given. */
  readonly count: number
  /** Why it was broken off; null when it is whole. */
  readonly broken: string | null
}

/** Writes down who read what. */
export interface Witness {
  /**
   * One event a viewer, tenant, filter and hour, at the first time; two processes that are asked at the same instant may
   * write one each. Resolves to its id once it is stored, so that nobody reads unseen.
   */
  record(reading: Reading, tenantId: string, what: Witnessed): Promise<string>
  /** How a file ended that was recorded as this event: one event for each file. */
  ended(reading: Reading, tenantId: string, recorded: string | null, end: Ending): Promise<void>
  /** An id that came twice with two contents. */
  conflict(tenantId: string, eventId: string, reason: string): Promise<void>
}

const HOUR = 3_600_000
/** Characters of JSON. */
const MAX_FILTER = 16_000
const MAX_NAMED = 20
/** Characters of one person. */
const MAX_NAME = 100
const REMEMBERED = 20_000

/** A viewer as the actor of whodid's own events. */
export function actorOf({ id, name }: Viewer): Actor {
  return { type: id.startsWith('key:') ? 'api_key' : 'user', id, name }
}

/** People, as many and as much of them as an event has room for. */
function named(people: readonly string[]): string[] {
  return people.slice(0, MAX_NAMED).map((person) => [...person].slice(0, MAX_NAME).join(''))
}

/** A filter as it stands in an event, where there is not room for any length of list: then what tells it from others. */
function recorded(filter: Filter): JsonObject {
  const text = JSON.stringify(filter)
  if (text.length <= MAX_FILTER) return JSON.parse(text)
  const { actor, actorName } = filter
  return {
    tooLong: true,
    digest: bytesToHex(sha256(new TextEncoder().encode(text))),
    conditions: Object.keys(JSON.parse(text)),
    ...(actor && { actor: named(actor) }),
    ...(actorName && { actorName: named(actorName) }),
  }
}

function fileOf({ format, preset, after }: WitnessedFile): JsonObject {
  return {
    format,
    ...(preset !== undefined && { preset }),
    ...(after !== undefined && { after }),
  }
}

function eventOf({ viewer, context }: Reading, what: Witnessed): NewEvent {
  const by = { action: `${AUDIT_CATEGORY}.${what.read}`, actor: actorOf(viewer), context }
  switch (what.read) {
    case 'exported':
      return {
        ...by,
        resource: { type: 'export', id: null, name: `activity.${what.format}` },
        description: `The activity was exported as ${what.format.toUpperCase()}`,
        metadata: { ...fileOf(what), filter: recorded(what.filter) },
      }
    case 'person_exported':
      return {
        ...by,
        resource: { type: 'user', id: what.subject },
        description: `All that is known of ${what.subject} was exported as ${what.format.toUpperCase()}`,
        metadata: fileOf(what),
      }
    case 'viewed': {
      const [first = '', ...others] = what.subjects
      const more = others.length > 0 ? ` and of ${others.length} more` : ''
      return {
        ...by,
        resource: { type: 'user', id: first },
        description: `The activity of ${first}${more} was viewed`,
        metadata: {
          ...(others.length > 0 && { subjects: named(what.subjects) }),
          filter: recorded(what.filter),
        },
      }
    }
  }
}

function events(count: number): string {
  return count === 1 ? '1 event' : `${count} events`
}

/** What a witness writes and reads with. */
export interface WitnessOptions {
  /** Stores an event of whodid's own, or throws. */
  record(tenantId: string, event: NewEvent): Promise<void>
  /** Events of a tenant under a filter, whoever may see them. */
  find(tenantId: string, filter: Filter): Promise<readonly StoredEvent[]>
  readonly now: () => number
}

/** What an event says, in whichever request it was. */
function gistOf({ action, actor, resource, metadata = {} }: NewEvent | StoredEvent): string {
  return bytesToHex(canonicalBytes({ action, actor: actor.id, type: resource.type, id: resource.id, metadata }))
}

/** Makes a witness. */
export function createWitness({ record, find, now }: WitnessOptions): Witness {
  const known = new Map<string, Promise<string>>()
  let hour = 0

  /** Another process may have written it in this hour. */
  const write = async (at: number, tenantId: string, event: NewEvent): Promise<string> => {
    const from = new Date(at * HOUR).toISOString()
    const written = await find(tenantId, { actor: [event.actor.id], action: [event.action], from })
    const same = written.find((stored) => gistOf(stored) === gistOf(event))
    if (same) return same.id
    const id = newId(now())
    await record(tenantId, { ...event, id })
    return id
  }

  const once = (key: string, tenantId: string, event: NewEvent): Promise<string> => {
    const current = Math.floor(now() / HOUR)
    if (current !== hour) {
      known.clear()
      hour = current
    }
    const earlier = known.get(key)
    if (earlier) return earlier
    const written = write(current, tenantId, event)
    known.set(key, written)
    written.catch(() => known.delete(key))
    for (const oldest of known.keys()) {
      if (known.size <= REMEMBERED) break
      known.delete(oldest)
    }
    return written
  }

  return {
    record: (reading, tenantId, what) =>
      once(JSON.stringify([reading.viewer.id, tenantId, what]), tenantId, eventOf(reading, what)),
    ended: ({ viewer, context }, tenantId, causedBy, { count, broken }) =>
      record(tenantId, {
        action: `${AUDIT_CATEGORY}.export_ended`,
        actor: actorOf(viewer),
        resource: { type: 'export', id: causedBy },
        description: broken === null ? `An export gave ${events(count)}` : `An export broke off after ${events(count)}`,
        metadata: { count },
        error: broken === null ? null : { code: 'aborted', message: broken },
        causedBy,
        context,
      }),
    conflict: async (tenantId, eventId, reason) => {
      await once(JSON.stringify([tenantId, eventId]), tenantId, {
        action: `${AUDIT_CATEGORY}.id_conflict`,
        status: 'failure',
        severity: 'warning',
        actor: { type: 'system', id: 'whodid', name: 'whodid' },
        resource: { type: 'event', id: eventId },
        description: `An event with the id ${eventId} was rejected, since another has it`,
        error: { code: 'id_conflict', message: reason },
        context: { channel: 'system' },
      })
    },
  }
}
