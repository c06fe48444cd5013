import { z } from 'zod'
import { CHANNELS, KINDS, SEVERITIES, STATUSES } from '../event/event.ts'
import { parseTime } from '../event/id.ts'
import { type Filter, INBOX_STATES, parseResourceRef } from './filter.ts'

function list<T extends z.ZodType>(item: T, description: string) {
  return z.array(item).max(1_000).readonly().optional().describe(description)
}

const value = z.string().min(1).max(512)

const conditions = {
  actor: list(value, 'Actor ids. A value with an @ also matches an email address.'),
  actorName: list(value, 'Parts of actor names, as alternatives to actor.'),
  action: list(value, 'Actions, such as project.created.'),
  category: list(value, 'Categories, such as project.'),
  group: list(value, 'Groups of categories, as declared in the catalog.'),
  kind: list(z.enum(KINDS), 'The effect of the action on its resource.'),
  resource: list(
    value.refine((text) => parseResourceRef(text) !== undefined, 'must be a type and an id such as project/42'),
    'Resources by type and id, such as project/42.',
  ),
  resourceType: list(value, 'Resource types.'),
  resourceId: list(value, 'Resource ids.'),
  project: list(value, 'Project ids: of the scope, or of the resource itself.'),
  status: list(z.enum(STATUSES), 'The result of the action.'),
  channel: list(z.enum(CHANNELS), 'The origin of the action.'),
  severity: list(z.enum(SEVERITIES), 'The importance of the event.'),
}

function bound(description: string) {
  return z
    .string()
    .refine((text) => parseTime(text) !== undefined, {
      message: 'must be a date such as 2026-11-20 or a time with a zone such as 2026-11-20T10:00:00Z',
    })
    .optional()
    .describe(description)
}

/** The schema of a filter, for procedures and routes. Every field is optional. */
export const filterSchema = z.strictObject({
  q: z
    .string()
    .max(1_024)
    .optional()
    .describe(
      'Search text over actor, email address, category, action, resource name and description, and conditions in the search language: engine "exact words" -draft actor:ada status:failure from:7d.',
    ),
  ...conditions,
  inbox: z.enum(INBOX_STATES).optional().describe("A part of the viewer's inbox."),
  from: bound('The start, inclusive. A date begins at 00:00 UTC.'),
  to: bound('The end, exclusive. A date includes that whole day in UTC.'),
  not: z
    .strictObject({
      q: z.string().max(1_024).optional().describe('Words and phrases that must not occur.'),
      ...conditions,
    })
    .optional()
    .describe('Conditions that must not match.'),
}) satisfies z.ZodType<Filter>
