import type { Filter } from '@whodid/core'
import { isEventId } from '@whodid/core/event'
import { FILTER_CONDITIONS, filterSchema, SORT_COLUMNS } from '@whodid/core/filter'
import { z } from 'zod'
import { STREAM_POSITION_PATTERN } from './read/stream-position.ts'

const UNSTORABLE = /\0|\p{Surrogate}/u

/** The schema of text that a database can store: not empty, no U+0000, no lone surrogate. */
export const storableText = z
  .string()
  .min(1)
  .refine((value) => !UNSTORABLE.test(value), 'must not contain U+0000 or a lone surrogate')

/** Returns a schema for text that a database can store, of at most `max` characters. */
export function text(max: number) {
  return storableText.max(max)
}

/** Checks if a database can store every text of a filter. */
export function isStorable(filter: Filter): boolean {
  return ![
    filter.q,
    filter.not?.q,
    ...FILTER_CONDITIONS.flatMap((name) => [...(filter[name] ?? []), ...(filter.not?.[name] ?? [])]),
  ].some((value) => value !== undefined && UNSTORABLE.test(value))
}

/** The tenant to read or change. */
export const tenant = text(512)
  .optional()
  .describe("One of the viewer's tenants, or * for all of them. Defaults to the first.")

/** The sort order. */
const order = z.enum(['asc', 'desc']).optional().describe('The sort order. Defaults to desc.')

/** The input fields of a list. */
export const listFields = {
  ...filterSchema.shape,
  tenant,
  sort: z.enum(SORT_COLUMNS).optional().describe('The column to sort by. Defaults to occurredAt.'),
  order,
  limit: z.int().min(1).max(1000).optional().describe('Events per page, 1 to 1000. Defaults to 50.'),
  cursor: z.string().max(65_536).optional().describe('The nextCursor of the previous page.'),
  // Sent by infinite queries of @trpc/react-query. Lists only go forward.
  direction: z.literal('forward').optional(),
}

/** Picks the filter fields from an input that has other fields too. */
export function pickFilter(input: Filter): Filter {
  const { q, inbox, from, to, not } = input
  const conditions = Object.fromEntries(FILTER_CONDITIONS.map((name) => [name, input[name]]))
  return { q, inbox, from, to, not, ...conditions }
}

/** An event id. */
export const eventId = z.string().refine(isEventId, 'must be an event id (UUIDv7)')

/** The input fields that resume an interrupted export. */
export const resumeFields = {
  after: eventId
    .optional()
    .describe('Resume after the event with this id: the last complete one of an interrupted file.'),
  upTo: z
    .string()
    .max(8_192)
    .regex(STREAM_POSITION_PATTERN, 'must be the Whodid-Up-To header of an earlier export')
    .optional()
    .describe(
      'The Whodid-Up-To header of an earlier export, to get the same events. Defaults to everything stored by now.',
    ),
}

/** The schema of an operation without input. */
export const noInput = z.strictObject({}).optional()
