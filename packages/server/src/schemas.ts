import { FILTER_CONDITIONS, type Filter, filterSchema, isEventId, SORT_COLUMNS } from '@whodid/core'
import { z } from 'zod'
import { PLACES_ID } from './read/stream-position.ts'

const UNSTORABLE = /\0|\p{Surrogate}/u

/** Text that a database takes: no U+0000, no half of a surrogate pair, and not endless. */
export function text(max: number) {
  return z
    .string()
    .min(1)
    .max(max)
    .refine((value) => !UNSTORABLE.test(value), 'must not contain U+0000 or half of a surrogate pair')
}

/** Whether every text of a filter is one that a database takes. */
export function isStorable(filter: Filter): boolean {
  return ![
    filter.q,
    filter.not?.q,
    ...FILTER_CONDITIONS.flatMap((term) => [...(filter[term] ?? []), ...(filter.not?.[term] ?? [])]),
  ].some((value) => value !== undefined && UNSTORABLE.test(value))
}

/** Which of the viewer's tenants. */
export const tenant = text(512)
  .optional()
  .describe("One of the viewer's tenants, or * for all of them. The first when absent.")

/** The order by time. */
export const order = z.enum(['asc', 'desc']).optional().describe('desc when absent.')

/** Everything that a list takes. */
export const listFields = {
  ...filterSchema.shape,
  tenant,
  sort: z.enum(SORT_COLUMNS).optional().describe('The column to order by. occurredAt when absent.'),
  order,
  limit: z.int().min(1).max(1000).optional().describe('How many events, from 1 to 1000. 50 when absent.'),
  cursor: z.string().max(65_536).optional().describe('The nextCursor of the page before.'),
  // The infinite queries of @trpc/react-query send it. Lists only go forward.
  direction: z.literal('forward').optional(),
}

/** The filter of an input that holds one beside other fields. */
export function filterOf(input: Filter): Filter {
  const { q, inbox, from, to, not } = input
  const terms = Object.fromEntries(FILTER_CONDITIONS.map((term) => [term, input[term]]))
  return { q, inbox, from, to, not, ...terms }
}

/** The id of an event. */
export const eventId = z.string().refine(isEventId, 'must be the id of an event, a UUIDv7')

/** What every file of events takes, to go on where another broke off. */
export const resumeFields = {
  after: eventId
    .optional()
    .describe('Go on after the event with this id, the last whole one of a file that broke off.'),
  upTo: z
    .string()
    .max(8_192)
    .regex(PLACES_ID, 'must be the Whodid-Up-To header of an earlier export')
    .optional()
    .describe(
      'The Whodid-Up-To header of an earlier export, to get the same events. What is stored by now when absent.',
    ),
}

/** The input of a verb that takes none. */
export const nothing = z.strictObject({}).optional()
