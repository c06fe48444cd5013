import {
  CHANNELS,
  FILTER_TERMS,
  type Filter,
  type FilterTerms,
  INBOX_STATES,
  isEventId,
  KINDS,
  SEVERITIES,
  SORT_COLUMNS,
  STATUSES,
} from '@whodid/core'
import { z } from 'zod'

const unstorable = /\0|\p{Surrogate}/u

/** Text that a database takes: no U+0000, no half of a surrogate pair, and not endless. */
export const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((value) => !unstorable.test(value), 'must not contain U+0000 or half of a surrogate pair')

/** Alternatives of one condition. */
const listOf = <T extends z.ZodType>(value: T) => z.array(value).max(500).optional()

const terms = {
  actor: listOf(text(1024)).describe('Actor ids; a value with an @ is an e-mail address.'),
  action: listOf(text(255)).describe('Actions, such as project.created.'),
  category: listOf(text(255)).describe('Categories, the part of the action before the dot.'),
  group: listOf(text(255)).describe('Groups of categories, as the catalog declares them.'),
  kind: listOf(z.enum(KINDS)).describe('What the action does to its resource.'),
  resourceType: listOf(text(255)).describe('Types of resources.'),
  resourceId: listOf(text(1024)).describe('Ids of resources.'),
  project: listOf(text(1024)).describe('Ids of projects that the resource belongs to or is.'),
  status: listOf(z.enum(STATUSES)).describe('Whether the action did what it set out to do.'),
  channel: listOf(z.enum(CHANNELS)).describe('Where the action came in.'),
  severity: listOf(z.enum(SEVERITIES)).describe('How much attention the event deserves.'),
} satisfies { [T in (typeof FILTER_TERMS)[number]]: z.ZodType<FilterTerms[T]> }

/** The conditions of a filter, field by field. */
export const filterFields = {
  q: text(1000).optional().describe('Free text over actor, e-mail, category, action, resource name and description.'),
  ...terms,
  inbox: z.enum(INBOX_STATES).optional().describe("A part of the viewer's inbox."),
  from: text(64).optional().describe('ISO 8601, inclusive. A bare date is that whole day in UTC.'),
  to: text(64).optional().describe('ISO 8601, exclusive. A bare date includes that whole day in UTC.'),
  not: z.strictObject(terms).optional().describe('Conditions that must not hold.'),
} satisfies { [F in keyof Filter]-?: z.ZodType<Filter[F]> }

/** A filter as a value of its own. */
export const filter = z.strictObject(filterFields)

/** Which of the viewer's tenants. */
export const tenant = text(255)
  .optional()
  .describe("One of the viewer's tenants, or * for all of them. The first when absent.")

/** Everything that a list takes. */
export const listFields = {
  ...filterFields,
  tenant,
  sort: z.enum(SORT_COLUMNS).optional().describe('The column to order by. occurredAt when absent.'),
  order: z.enum(['asc', 'desc']).optional().describe('desc when absent.'),
  limit: z.int().min(1).max(1000).optional().describe('How many events, from 1 to 1000. 50 when absent.'),
  cursor: z.string().max(65_536).optional().describe('The nextCursor of the page before.'),
  /** Sent by the infinite queries of @trpc/react-query, which only go forward here. */
  direction: z.literal('forward').optional(),
}

/** What is left of a list's input when the fields that say which page are taken out. */
export const filterOf = (input: Filter): Filter => {
  const { q, inbox, from, to, not } = input
  const given: { -readonly [F in keyof Filter]: Filter[F] } = { q, inbox, from, to, not }
  for (const term of FILTER_TERMS) Object.assign(given, { [term]: input[term] })
  return given
}

/** The id of an event. */
export const eventId = z.string().refine(isEventId, 'must be the id of an event, a UUIDv7')

/** The input of a verb that takes none. */
export const nothing = z.strictObject({}).optional()
