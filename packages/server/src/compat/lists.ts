import type { CatalogJson } from '@whodid/core'
import { filterSchema } from '@whodid/core/filter'
import { z } from 'zod'
import { list } from '../operations/list.ts'
import { defineOperation, type Session } from '../operations/operation.ts'
import { userActivity } from '../operations/user-activity.ts'
import { tenant, text } from '../schemas.ts'
import { toFilters } from './action.ts'
import { pageFields, type ReadPage, readRows } from './paging.ts'
import { rowsOutput } from './row.ts'

/** Creates a time bound. A time without a zone, as from Python's `isoformat()`, is in UTC. */
function createBound(field: 'from' | 'to', description: string) {
  return z
    .string()
    .max(64)
    .transform((value) => (/T[\d:.]+$/.test(value) ? `${value}Z` : value))
    .pipe(filterSchema.shape[field].unwrap())
    .optional()
    .describe(description)
}

const from = createBound(
  'from',
  'The start of the period, inclusive. A date means 00:00 UTC, and a time without a zone is in UTC.',
)
const to = createBound(
  'to',
  'The end of the period, exclusive. A date includes that whole day in UTC, and a time without a zone is in UTC.',
)

const action = text(128)
  .optional()
  .describe('CREATE, UPDATE, DELETE, LOGIN, LOGIN_FAILED, a verb of the catalog, or a full action. Case-insensitive.')

const STATUSES = { success: ['success'], failed: ['failure'], failure: ['failure'] } as const
const status = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['success', 'failed', 'failure']))
  .optional()
  .describe('SUCCESS or FAILED. Case-insensitive.')

const logFields = {
  start_date: from,
  end_date: to,
  action,
  resource_type: text(128).optional().describe('The resource type, such as PROJECT. Case-insensitive.'),
  resource_id: text(512).optional().describe('The resource id.'),
  status,
  ...pageFields,
  tenant,
}
const userId = text(512)

/** Finds the stored forms of a type: as given, in lower case, and as declared in the catalog. */
function findResourceTypes(type: string, catalog: CatalogJson): string[] {
  const declared = catalog.resources.map((resource) => resource.type)
  const matching = declared.filter((name) => name.toLowerCase() === type.toLowerCase())
  return [...new Set([type, type.toLowerCase(), ...matching])]
}

const logInput = z.strictObject(logFields)

/** Converts the input to filters that no event matches twice. */
function toLogFilters(input: z.output<typeof logInput>, { catalog }: Session) {
  return toFilters(input.action, catalog).map((filter) => ({
    ...filter,
    from: input.start_date,
    to: input.end_date,
    ...(input.resource_type !== undefined && { resourceType: findResourceTypes(input.resource_type, catalog) }),
    ...(input.resource_id !== undefined && { resourceId: [input.resource_id] }),
    tenant: input.tenant,
  }))
}

/** Adds the requested status to the filters, and removes those that have another status. */
function narrowByStatus<F extends { readonly status?: readonly string[] | undefined }>(
  filters: readonly F[],
  requested: keyof typeof STATUSES | undefined,
) {
  if (requested === undefined) return filters
  const [status] = STATUSES[requested]
  return filters
    .filter((filter) => filter.status === undefined || filter.status.includes(status))
    .map((filter) => ({ ...filter, status: [status] }))
}

export const activity = defineOperation({
  name: 'compat.activity',
  summary: 'List activity',
  description: 'Returns events, newest first.',
  requires: 'view',
  route: { method: 'GET', path: '/api/activity' },
  input: z.strictObject({
    startDate: from,
    endDate: to,
    action,
    search: filterSchema.shape.q.describe('A search, in the search language.'),
    archived: z.enum(['true', 'false']).optional().describe('true returns archived events, false returns the inbox.'),
    ...pageFields,
    tenant,
  }),
  output: rowsOutput,
  run: (session, { startDate, endDate, search, archived, ...input }) => {
    const lists = toFilters(input.action, session.catalog).map(
      (filter): ReadPage =>
        (session, page) =>
          list.run(session, {
            ...filter,
            from: startDate,
            to: endDate,
            q: search,
            ...(archived !== undefined && { inbox: archived === 'true' ? 'archived' : 'inbox' }),
            tenant: input.tenant,
            ...page,
          }),
    )
    return readRows(session, lists, input)
  },
})

export const auditLogs = defineOperation({
  name: 'compat.auditLogs',
  summary: 'List audit logs',
  description: 'Returns events, newest first.',
  requires: 'view',
  route: { method: 'GET', path: '/audit-logs' },
  input: z.strictObject({ user_id: userId.optional().describe('The id or email address of a user.'), ...logFields }),
  output: rowsOutput,
  run: (session, { user_id, ...input }) => {
    const lists = narrowByStatus(toLogFilters(input, session), input.status).map(
      (filter): ReadPage =>
        (session, page) =>
          list.run(session, { ...filter, ...(user_id !== undefined && { actor: [user_id] }), ...page }),
    )
    return readRows(session, lists, input)
  },
})

export const userLogs = defineOperation({
  name: 'compat.userActivity',
  summary: 'List the audit logs of a user',
  description: 'Returns the events of one user, newest first.',
  requires: 'view',
  route: { method: 'GET', path: '/users/{user_id}/activity' },
  input: z.strictObject({ user_id: userId.describe('The user id.'), ...logFields }),
  output: rowsOutput,
  run: (session, { user_id, ...input }) => {
    const lists = narrowByStatus(toLogFilters(input, session), input.status).map(
      (filter): ReadPage =>
        (session, page) =>
          userActivity.run(session, { userId: user_id, ...filter, ...page }),
    )
    return readRows(session, lists, input)
  },
})
