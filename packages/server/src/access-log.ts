import {
  type Actor,
  AUDIT_CATEGORY,
  type EventContext,
  type Filter,
  type JsonObject,
  type NewEvent,
  newId,
  type StoredEvent,
  type Viewer,
} from '@whodid/core'
import { bytesToHex } from '@whodid/core/event'
import { sha256, toCanonicalBytes } from '@whodid/core/seal'

/** A read that is recorded as an event: viewing the activity of other people, or exporting. */
export type AccessRecord =
  | { readonly read: 'viewed'; readonly subjects: readonly string[]; readonly filter: Filter }
  | ({ readonly read: 'exported'; readonly filter: Filter } & ExportedFile)
  | ({ readonly read: 'person_exported'; readonly subject: string } & ExportedFile)

interface ExportedFile {
  readonly format: string
  readonly preset?: string | undefined
  /** The id of the event that a resumed export starts after. */
  readonly after?: string | undefined
}

/** The viewer who reads, and the context of their request. */
interface Access {
  readonly viewer: Viewer
  readonly context: Partial<EventContext>
}

/** The end of an export. */
export interface ExportCompletion {
  /** Number of events sent. */
  readonly count: number
  /** Null when the export is complete. */
  readonly abortReason: string | null
}

/** Records who read what, as audit events. */
export interface AccessLog {
  /**
   * Records an access once per viewer, tenant, filter and hour. Two processes may each record one at the same moment. Resolves to
   * the id of the event after it is stored, so that no read goes unrecorded.
   */
  recordAccess(access: Access, tenantId: string, record: AccessRecord): Promise<string>
  /** Records the end of an export. `accessId` is the id of its access event. */
  recordExportEnd(
    access: Access,
    tenantId: string,
    accessId: string | null,
    completion: ExportCompletion,
  ): Promise<void>
  /** Records a rejected event whose id belongs to a stored event with other content. */
  recordIdConflict(tenantId: string, eventId: string, reason: string): Promise<void>
}

const HOUR_MS = 3_600_000
/** Maximum characters of the filter as JSON. */
const MAX_FILTER_CHARS = 16_000
const MAX_PEOPLE = 20
const MAX_PERSON_CHARS = 100
const MAX_CACHED_ACCESSES = 20_000

/** Converts a viewer to the actor of an audit event. */
export function toActor({ id, name }: Viewer): Actor {
  return { type: id.startsWith('key:') ? 'api_key' : 'user', id, name }
}

function truncatePeople(people: readonly string[]): string[] {
  return people.slice(0, MAX_PEOPLE).map((person) => [...person].slice(0, MAX_PERSON_CHARS).join(''))
}

/** Converts a filter to metadata. One that is too long is reduced to a digest and the names of its conditions. */
function toFilterMetadata(filter: Filter): JsonObject {
  const text = JSON.stringify(filter)
  if (text.length <= MAX_FILTER_CHARS) return JSON.parse(text)
  const { actor, actorName } = filter
  return {
    tooLong: true,
    digest: bytesToHex(sha256(new TextEncoder().encode(text))),
    conditions: Object.keys(JSON.parse(text)),
    ...(actor && { actor: truncatePeople(actor) }),
    ...(actorName && { actorName: truncatePeople(actorName) }),
  }
}

function toFileMetadata({ format, preset, after }: ExportedFile): JsonObject {
  return {
    format,
    ...(preset !== undefined && { preset }),
    ...(after !== undefined && { after }),
  }
}

function createAccessEvent({ viewer, context }: Access, record: AccessRecord): NewEvent {
  const base = { action: `${AUDIT_CATEGORY}.${record.read}`, actor: toActor(viewer), context }
  switch (record.read) {
    case 'exported':
      return {
        ...base,
        resource: { type: 'export', id: null, name: `activity.${record.format}` },
        description: `Started an export of activity as ${record.format.toUpperCase()}`,
        metadata: { ...toFileMetadata(record), filter: toFilterMetadata(record.filter) },
      }
    case 'person_exported':
      return {
        ...base,
        resource: { type: 'user', id: record.subject },
        description: `Started an export of personal data of ${record.subject} as ${record.format.toUpperCase()}`,
        metadata: toFileMetadata(record),
      }
    case 'viewed': {
      const [first = '', ...others] = record.subjects
      const more = others.length > 0 ? ` and ${others.length} more` : ''
      return {
        ...base,
        resource: { type: 'user', id: first },
        description: `Viewed activity of ${first}${more}`,
        metadata: {
          ...(others.length > 0 && { subjects: truncatePeople(record.subjects) }),
          filter: toFilterMetadata(record.filter),
        },
      }
    }
  }
}

function formatEventCount(count: number): string {
  return count === 1 ? '1 event' : `${count.toLocaleString('en-US')} events`
}

/** Options for `createAccessLog`. */
interface AccessLogOptions {
  /** Stores an audit event, or throws. */
  record(tenantId: string, event: NewEvent): Promise<void>
  /** Finds events of a tenant, without the restrictions of any viewer. */
  find(tenantId: string, filter: Filter): Promise<readonly StoredEvent[]>
  readonly now: () => number
}

/** Returns a key that is equal for the same access in different requests. */
function getAccessKey({ action, actor, resource, metadata = {} }: NewEvent | StoredEvent): string {
  return bytesToHex(toCanonicalBytes({ action, actor: actor.id, type: resource.type, id: resource.id, metadata }))
}

/** Creates an access log. */
export function createAccessLog({ record, find, now }: AccessLogOptions): AccessLog {
  const cache = new Map<string, Promise<string>>()
  let cachedHour = 0

  const recordUnlessStored = async (hour: number, tenantId: string, event: NewEvent): Promise<string> => {
    // Another process may have recorded it within this hour.
    const from = new Date(hour * HOUR_MS).toISOString()
    const candidates = await find(tenantId, { actor: [event.actor.id], action: [event.action], from })
    const same = candidates.find((stored) => getAccessKey(stored) === getAccessKey(event))
    if (same) return same.id
    const id = newId(now())
    await record(tenantId, { ...event, id })
    return id
  }

  const recordOncePerHour = (key: string, tenantId: string, event: NewEvent): Promise<string> => {
    const hour = Math.floor(now() / HOUR_MS)
    if (hour !== cachedHour) {
      cache.clear()
      cachedHour = hour
    }
    const cached = cache.get(key)
    if (cached) return cached
    const recorded = recordUnlessStored(hour, tenantId, event)
    cache.set(key, recorded)
    recorded.catch(() => cache.delete(key))
    for (const oldest of cache.keys()) {
      if (cache.size <= MAX_CACHED_ACCESSES) break
      cache.delete(oldest)
    }
    return recorded
  }

  return {
    recordAccess: (access, tenantId, accessRecord) =>
      recordOncePerHour(
        JSON.stringify([access.viewer.id, tenantId, accessRecord]),
        tenantId,
        createAccessEvent(access, accessRecord),
      ),
    recordExportEnd: ({ viewer, context }, tenantId, accessId, { count, abortReason }) =>
      record(tenantId, {
        action: `${AUDIT_CATEGORY}.export_ended`,
        actor: toActor(viewer),
        resource: { type: 'export', id: accessId },
        description: `${abortReason === null ? 'Exported' : 'Export aborted after'} ${formatEventCount(count)}`,
        metadata: { count },
        error: abortReason === null ? null : { code: 'aborted', message: abortReason },
        causedBy: accessId,
        context,
      }),
    recordIdConflict: async (tenantId, eventId, reason) => {
      await recordOncePerHour(JSON.stringify([tenantId, eventId]), tenantId, {
        action: `${AUDIT_CATEGORY}.id_conflict`,
        status: 'failure',
        severity: 'warning',
        actor: { type: 'system', id: 'whodid', name: 'whodid' },
        resource: { type: 'event', id: eventId },
        description: `Rejected event ${eventId}: another event has this id`,
        error: { code: 'id_conflict', message: reason },
        context: { channel: 'system' },
      })
    },
  }
}
