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

// A JSON client writes null for what it does not have.
function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined)
}

// What is below is looked at when the event is prepared; what came over the wire is JSON already.
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
    onBehalfOf: optional(person).describe('Whom the actor acted for.'),
    impersonatedBy: optional(person).describe('Who acted as the actor.'),
  })
  .describe('Who did it.')

// What the service makes: an event that was read may be sent as it is, and these are ignored.
const serviceField = z
  .unknown()
  .optional()
  .meta({ readOnly: true, description: 'Made by the service; ignored when sent.' })

const resource = z
  .strictObject({
    type: text(MAX.identifier).describe('A resource type of the catalog.'),
    id: text(MAX.id).nullable().describe('Null when there is none yet, as in a refused create.'),
    name: optional(z.string().max(MAX.name)),
    href: optional(z.string().max(MAX.href)).describe("Overrules the catalog's link: relative, or http(s)."),
    deleted: serviceField,
  })
  .transform(({ deleted: _, ...rest }) => rest)
  .describe('What was affected.')

const scope = z
  .record(text(MAX.identifier), person)
  .refine((value) => Object.keys(value).length <= MAX.scope, `may have at most ${MAX.scope} levels`)
  .describe('Where the resource belongs, by level: { project: { id, name } }.')

const change = z.strictObject({
  path: z
    .string()
    .max(MAX.href)
    .refine((value) => value === '' || value.startsWith('/'), 'must be a JSON pointer such as /name')
    .describe('A JSON pointer.'),
  from: json.optional().describe('The former value; absent when it is not known or there was none.'),
  to: json.optional().describe('The present value; absent when it was removed.'),
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
  .describe('From where, and in which request.')

const error = z
  .strictObject({
    status: optional(z.int().min(0).max(999)),
    code: optional(z.string().max(MAX.identifier)),
    message: optional(z.string().max(MAX.message)),
  })
  .describe('Why the action failed.')

const eventId = z
  .string()
  .transform((value) => value.toLowerCase())
  .refine(isEventId, 'must be a UUIDv7')

const time = z.string().refine((value) => value.includes('T') && parseTime(value) !== undefined, {
  message: 'must be an ISO 8601 time with a zone, such as 2026-11-20T10:00:00.000Z',
})

/** An event as a client sends it: what `POST /api/v1/events` and the `append` procedure take. */
export const newEventSchema = z
  .strictObject({
    id: optional(eventId).describe('A UUIDv7 of occurredAt. Made when absent; name one to make a retry safe.'),
    occurredAt: optional(time).describe('ISO 8601. Equal to the milliseconds of the id when both are given.'),
    tenantId: optional(text(MAX.id)).describe('Only with a key that may write for several tenants.'),
    action: z
      .string()
      .max(MAX.action)
      .regex(/^[a-z][a-z0-9_-]*\.[a-z0-9][a-z0-9_-]*$/, 'must be category.verb in lower case, such as project.created'),
    kind: optional(z.enum(KINDS)).describe('By the catalog when absent.'),
    status: optional(z.enum(STATUSES)).describe('"success" when absent, "failure" when there is an error.'),
    actor,
    resource,
    scope: optional(scope),
    description: optional(text(MAX.description)).describe("The catalog's sentence when absent."),
    severity: optional(z.enum(SEVERITIES)).describe('By the catalog when absent.'),
    changes: optional(z.array(change).max(MAX.changes)),
    metadata: optional(jsonObject),
    error: error.nullish(),
    causedBy: eventId.nullish().describe('The id of the event that brought this one about.'),
    context: optional(context),
    redacted: optional(z.array(z.string().max(MAX.href))).describe('JSON pointers of what was redacted.'),
    category: serviceField,
    receivedAt: serviceField,
    seq: serviceField,
    seen: serviceField,
    archived: serviceField,
  })
  .transform(({ category: _c, receivedAt: _r, seq: _s, seen: _n, archived: _a, ...event }): NewEvent => event)
  .meta({ id: 'NewEvent', description: 'An event to be stored. `action`, `actor` and `resource` are needed.' })

const MAX_PROBLEMS = 3
/** Of one that is but a little too large, it is worth saying how large it is: `prepareEvent` does. */
const MAX_PARSED_BYTES = 2 * MAX.bytes

/**
 * An event of unknown origin, checked: the event, or in one sentence what is wrong with it and what is wanted.
 *
 * @example
 * parseEvent({ action: 'project.created', actor: { type: 'user' }, resource: { type: 'project', id: 'p1' } })
 * // { reason: 'actor.id is missing: a string is needed.' }
 */
export function parseEvent(input: unknown): { event: NewEvent } | { reason: string } {
  if (isOversized(MAX_PARSED_BYTES, input)) {
    return {
      reason: `The event has more than ${MAX_PARSED_BYTES} bytes, where ${MAX.bytes} are allowed: shorten its metadata or its changes.`,
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
  const where = formatPath(issue.path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => `${formatPath([...issue.path, key])} is not a field of an event`)
    case 'invalid_type':
      return [`${where} is ${formatInput(issue.input)}: ${formatType(issue.expected)} is needed`]
    case 'invalid_value':
      return [`${where} is ${formatInput(issue.input)}: it must be one of ${issue.values.join(', ')}`]
    case 'too_big':
      return [`${where} is ${formatLength(issue.input)}: at most ${issue.maximum} are allowed`]
    case 'too_small':
      return [`${where} is ${formatLength(issue.input)}: at least ${issue.minimum} is needed`]
    case 'invalid_format':
    case 'custom':
      return [`${where} is ${formatInput(issue.input)}: it ${issue.message}`]
    case 'invalid_key':
      return [`${where} has a key that is empty or too long`]
    default:
      return [`${where} is not valid: ${issue.message}`]
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
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`
}

function formatInput(value: unknown): string {
  if (value === undefined) return 'missing'
  if (typeof value === 'string') return JSON.stringify(value.length > 64 ? `${value.slice(0, 64)}…` : value)
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

function formatLength(value: unknown): string {
  if (value === '') return 'empty'
  if (typeof value === 'string') return `${value.length} characters long`
  return Array.isArray(value) ? `${value.length} items long` : String(value)
}

/**
 * Whether a value has more than so many bytes as JSON, as far as its keys and the number of its values tell, which is found
 * without looking at more of them than that. Texts count for nothing, since redacting may shorten them, and what is deeper
 * than an event may be, or is no JSON, is left to whoever checks that.
 */
function isOversized(bytes: number, value: unknown): boolean {
  return subtractSize(bytes, value, 1) < 0
}

/** The bytes that are left after a value, each of whose members has at least `"":0,` and each of whose items `0,`. */
function subtractSize(bytes: number, value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null || depth > MAX.depth) return bytes
  if (Array.isArray(value)) {
    let left = bytes - 2 * value.length
    for (let at = 0; left >= 0 && at < value.length; at += 1) left = subtractSize(left, value[at], depth + 1)
    return left
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return bytes
  const keys = Object.keys(value)
  let left = bytes - 5 * keys.length
  for (const key of keys) {
    if (left < 0) break
    left = subtractSize(left - key.length, Reflect.get(value, key), depth + 1)
  }
  return left
}
