import { z } from 'zod'
import { CHANNELS, KINDS, SEVERITIES, STATUSES } from '../event/event.ts'
import { parseTime } from '../event/id.ts'
import { type Filter, INBOX_STATES, parseResourceRef } from './filter.ts'

function list<T extends z.ZodType>(item: T, description: string) {
  return z.array(item).max(1_000).readonly().optional().describe(description)
}

const value = z.string().min(1).max(512)

const terms = {
  actor: list(value, 'Actor ids; a value with an @ is an e-mail address.'),
  actorName: list(value, "Parts of actors' names: alternatives to actor."),
  action: list(value, 'Actions, such as project.created.'),
  category: list(value, 'Categories, such as project.'),
  group: list(value, 'Groups of categories, as the catalog declares them.'),
  kind: list(z.enum(KINDS), 'What the action does to its resource.'),
  resource: list(
    value.refine((text) => parseResourceRef(text) !== undefined, 'must be a type and an id, such as project/42'),
    'Resources by type and id, such as project/42.',
  ),
  resourceType: list(value, 'Resource types.'),
  resourceId: list(value, 'Resource ids.'),
  project: list(value, 'Ids of projects: of the scope, or of the resource itself.'),
  status: list(z.enum(STATUSES), 'Whether the action succeeded.'),
  channel: list(z.enum(CHANNELS), 'Where the action came in.'),
  severity: list(z.enum(SEVERITIES), 'How much attention the event deserves.'),
}

function bound(description: string) {
  return z
    .string()
    .refine((text) => parseTime(text) !== undefined, {
      message: 'must be a date such as 2026-11-20, or a time with a zone such as 2026-11-20T10:00:00Z',
    })
    .optional()
    .describe(description)
}

/** The filter as procedures and routes take it. Every field is optional; extend it with what else a procedure takes. */
export const filterSchema = z.strictObject({
  q: z
    .string()
    .max(1_024)
    .optional()
    .describe(
      'Free text over actor, e-mail address, category, action, resource name and description, and conditions in the search language: engine "exact words" -draft actor:ada status:failure from:7d.',
    ),
  ...terms,
  inbox: z.enum(INBOX_STATES).optional().describe('A part of the inbox of whoever asks.'),
  from: bound('From this time on. A bare date is that whole day in UTC.'),
  to: bound('Before this time. A bare date includes that whole day in UTC.'),
  not: z
    .strictObject({ q: z.string().max(1_024).optional().describe('Words and phrases that must not occur.'), ...terms })
    .optional()
    .describe('Conditions that must not hold.'),
}) satisfies z.ZodType<Filter>
