import { z } from 'zod'
import {
  ACTOR_TYPES,
  CHANNELS,
  type Json,
  type JsonObject,
  KINDS,
  type NewEvent,
  SEVERITIES,
  STATUSES,
} from '../event/event.ts'
import { isEventId, parseTime } from '../event/id.ts'
import { EVENT_LIMITS as MAX } from '../event/limits.ts'

function text(most: number) {
  return z.string().min(1).max(most)
}

// JSON clients send null for absent values.
function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined)
}

// Nested values are checked by `prepareEvent`. Values from the wire are JSON already.
function isJsonLike(value: unknown): value is Json {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol' && typeof value !== 'bigint'
}

const NOT_JSON = 'must be JSON'

const json = z.unknown().transform((value, context): Json | undefined => {
  if (value === undefined || isJsonLike(value)) return value
  context.addIssue({ code: 'custom', message: NOT_JSON, input: value })
  return z.NEVER
})

const jsonObject = z.record(z.string(), z.unknown()).transform((value, context): JsonObject => {
  const result: { [key: string]: Json } = {}
  for (const [key, item] of Object.entries(value)) {
    if (isJsonLike(item)) result[key] = item
    else if (item !== undefined) context.addIssue({ code: 'custom', message: NOT_JSON, input: item, path: [key] })
  }
  return result
})

const person = z.strictObject({ id: text(MAX.id), name: optional(z.string().max(MAX.name)) })

const actor = z
  .strictObject({
    type: z.enum(ACTOR_TYPES),
    id: text(MAX.id),
    name: optional(z.string().max(MAX.name)),
    email: optional(z.string().max(MAX.email)),
    onBehalfOf: optional(person).describe('The person the actor acted for.'),
    impersonatedBy: optional(person).describe('The person who acted as the actor.'),
  })
  .describe('The user or program that performed the action.')

// Fields of stored events, ignored so that a stored event can be sent again.
const serviceField = z
  .unknown()
  .optional()
  .meta({ readOnly: true, description: 'Set by the service. Ignored when sent.' })

const resource = z
  .strictObject({
    type: text(MAX.identifier).describe('A resource type of the catalog.'),
    id: text(MAX.id).nullable().describe('Null when there is none yet, such as after a failed create.'),
    name: optional(z.string().max(MAX.name)),
    href: optional(z.string().max(MAX.href)).describe("Overrides the catalog's link. Relative or http(s)."),
    deleted: serviceField,
  })
  .transform(({ deleted: _, ...rest }) => rest)
  .describe('The affected resource.')

const scope = z
  .record(text(MAX.identifier), person)
  .refine((value) => Object.keys(value).length <= MAX.scope, `can have at most ${MAX.scope} levels`)
  .describe('The parents of the resource by level: { project: { id, name } }.')

const change = z.strictObject({
  path: z
    .string()
    .max(MAX.href)
    .refine((value) => value === '' || value.startsWith('/'), 'must be a JSON pointer such as /name')
    .describe('A JSON pointer.'),
  from: json.optional().describe('The old value. Absent when it is unknown or there was none.'),
  to: json.optional().describe('The new value. Absent when it was removed.'),
})

const context = z
  .strictObject({
    channel: z.enum(CHANNELS).optional(),
    ip: text(64).nullish(),
    userAgent: z.string().max(MAX.context).nullish(),
    requestId: z.string().max(MAX.context).nullish(),
    traceId: z.string().max(MAX.context).nullish(),
    method: z.string().max(MAX.identifier).nullish(),
    route: z.string().max(MAX.context).nullish(),
  })
  .describe('The request in which the event occurred.')

const error = z
  .strictObject({
    status: optional(z.int().min(0).max(999)),
    code: optional(z.string().max(MAX.identifier)),
    message: optional(z.string().max(MAX.message)),
  })
  .describe('The error of a failed action.')

const eventId = z
  .string()
  .transform((value) => value.toLowerCase())
  .refine(isEventId, 'must be a UUIDv7')

const time = z.string().refine((value) => value.includes('T') && parseTime(value) !== undefined, {
  message: 'must be an ISO 8601 time with a zone, such as 2026-11-20T10:00:00.000Z',
})

/** The schema of an event as sent to `POST /api/v1/events` and the `append` procedure. */
export const newEventSchema = z
  .strictObject({
    id: optional(eventId).describe('A UUIDv7 of occurredAt. Created when absent. Send one to make retries idempotent.'),
    occurredAt: optional(time).describe('ISO 8601. With an id, both must hold the same milliseconds.'),
    tenantId: optional(text(MAX.id)).describe('Only for keys of all tenants.'),
    action: z
      .string()
      .max(MAX.action)
      .regex(/^[a-z][a-z0-9_-]*\.[a-z0-9][a-z0-9_-]*$/, 'must be category.verb in lower case, such as project.created'),
    kind: optional(z.enum(KINDS)).describe('Taken from the catalog when absent.'),
    status: optional(z.enum(STATUSES)).describe('Defaults to "failure" with an error, else "success".'),
    actor,
    resource,
    scope: optional(scope),
    description: optional(text(MAX.description)).describe("Defaults to the catalog's sentence."),
    severity: optional(z.enum(SEVERITIES)).describe('Taken from the catalog when absent.'),
    changes: optional(z.array(change).max(MAX.changes)),
    metadata: optional(jsonObject),
    error: error.nullish(),
    causedBy: eventId.nullish().describe('The id of the event that caused this one.'),
    context: optional(context),
    redacted: optional(z.array(z.string().max(MAX.href))).describe('JSON pointers of the redacted values.'),
    category: serviceField,
    receivedAt: serviceField,
    seq: serviceField,
    seen: serviceField,
    archived: serviceField,
  })
  .transform(({ category: _c, receivedAt: _r, seq: _s, seen: _n, archived: _a, ...event }): NewEvent => event)
  .meta({ id: 'NewEvent', description: 'An event to store. `action`, `actor` and `resource` are required.' })

const MAX_PROBLEMS = 3
/** Twice the limit: `prepareEvent` reports the exact size of smaller events. */
const MAX_PARSED_BYTES = 2 * MAX.bytes

/**
 * Validates an event of unknown origin. Returns the event, or the reason why it is invalid.
 *
 * @example
 * parseEvent({ action: 'project.created', actor: { type: 'user' }, resource: { type: 'project', id: 'p1' } })
 * // { reason: 'actor.id is missing: it must be a string.' }
 */
export function parseEvent(input: unknown): { event: NewEvent } | { reason: string } {
  if (isOversized(MAX_PARSED_BYTES, input)) {
    return {
      reason: `The event has more than ${MAX_PARSED_BYTES} bytes. The limit is ${MAX.bytes}. Shorten its metadata or changes.`,
    }
  }
  const result = newEventSchema.safeParse(input, { reportInput: true })
  if (result.success) return { event: result.data }
  const problems = result.error.issues.flatMap(formatIssue)
  const more = problems.length - MAX_PROBLEMS
  return { reason: `${problems.slice(0, MAX_PROBLEMS).join('; ')}${more > 0 ? `; and ${more} more` : ''}.` }
}

type Issue = z.core.$ZodIssue

function formatIssue(issue: Issue): string[] {
  const path = formatPath(issue.path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => `${formatPath([...issue.path, key])} is not a field of an event`)
    case 'invalid_type':
      return [`${path} is ${formatInput(issue.input)}: it must be ${formatType(issue.expected)}`]
    case 'invalid_value':
      return [`${path} is ${formatInput(issue.input)}: it must be one of ${issue.values.join(', ')}`]
    case 'too_big':
      return [`${path} is ${formatLength(issue.input)}: the maximum is ${issue.maximum}`]
    case 'too_small':
      return [`${path} is ${formatLength(issue.input)}: the minimum is ${issue.minimum}`]
    case 'invalid_format':
    case 'custom':
      return [`${path} is ${formatInput(issue.input)}: it ${issue.message}`]
    case 'invalid_key':
      return [`${path} has a key that is empty or too long`]
    default:
      return [`${path} is invalid: ${issue.message}`]
  }
}

function formatPath(path: readonly PropertyKey[]): string {
  let text = ''
  for (const key of path)
    text += typeof key === 'number' ? `[${key}]` : `${text === '' ? '' : '.'}${String(key).slice(0, 64)}`
  return text === '' ? 'The event' : text
}

function formatType(type: string): string {
  if (type === 'record') return 'an object'
  if (type === 'int') return 'an integer'
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`
}

function formatInput(value: unknown): string {
  if (value === undefined) return 'missing'
  if (typeof value === 'string') return JSON.stringify(value.length > 64 ? `${value.slice(0, 64)}…` : value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

function formatLength(value: unknown): string {
  if (value === '') return 'empty'
  if (typeof value === 'string') return `${value.length} characters long`
  return Array.isArray(value) ? `${value.length} items long` : String(value)
}

/**
 * Checks if a value has more than `bytes` as JSON, by its keys and number of values alone. It stops as soon as it knows. Strings
 * are not counted, because redaction may shorten them. Values deeper than the limit and values that are not JSON are
 * not counted either: later checks reject them.
 */
function isOversized(bytes: number, value: unknown): boolean {
  return subtractSize(bytes, value, 1) < 0
}

/** Subtracts the minimum size of a value: `"":0,` per member plus its key, and `0,` per item. */
function subtractSize(bytes: number, value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null || depth > MAX.depth) return bytes
  if (Array.isArray(value)) {
    let remaining = bytes - 2 * value.length
    for (let at = 0; remaining >= 0 && at < value.length; at += 1)
      remaining = subtractSize(remaining, value[at], depth + 1)
    return remaining
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return bytes
  const keys = Object.keys(value)
  let remaining = bytes - 5 * keys.length
  for (const key of keys) {
    if (remaining < 0) break
    remaining = subtractSize(remaining - key.length, Reflect.get(value, key), depth + 1)
  }
  return remaining
}
