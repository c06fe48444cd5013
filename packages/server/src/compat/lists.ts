import { type CatalogJson, filterSchema } from '@whodid/core'
import { z } from 'zod'
import { list } from '../operations/list.ts'
import { defineOperation, type Session } from '../operations/operation.ts'
import { userActivity } from '../operations/user-activity.ts'
import { tenant, text } from '../schemas.ts'
import { toFilters } from './action.ts'
import { pageFields, type ReadPage, readRows } from './paging.ts'
import { rowsOutput } from './row.ts'

/** A time as Python's isoformat() may write it: without a zone it is UTC. */
function createBound(field: 'from' | 'to', description: string) {
  return z
    .string()
    .max(64)
    .transform((value) => (/T[\d:.]+$/.test(value) ? `${value}Z` : value))
    .pipe(filterSchema.shape[field].unwrap())
    .optional()
    .describe(description)
}

const from = createBound('from', 'From this time on. A bare date is that whole day in UTC, a time without a zone is UTC.')
const to = createBound('to', 'Before this time. A bare date includes that whole day in UTC, a time without a zone is UTC.')

const action = text(128)
  .optional()
  .describe('CREATE, UPDATE, DELETE, LOGIN, LOGIN_FAILED, a verb of the catalog, or an action in full. Any case.')

const STATUSES = { success: ['success'], failed: ['failure'], failure: ['failure'] } as const
const status = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['success', 'failed', 'failure']))
  .optional()
  .describe('SUCCESS or FAILED. Any case.')

const logFields = {
  start_date: from,
  end_date: to,
  action,
  resource_type: text(128).optional().describe('A type of resource, such as PROJECT. Any case.'),
  resource_id: text(512).optional().describe('The id of a resource.'),
  status,
  ...pageFields,
  tenant,
}
const user = text(512)

/** A type as it may be stored: as it was written, as the catalog writes it, or in small letters. */
function findResourceTypes(type: string, catalog: CatalogJson): string[] {
  const declared = catalog.resources.map((resource) => resource.type)
  const alike = declared.filter((name) => name.toLowerCase() === type.toLowerCase())
  return [...new Set([type, type.toLowerCase(), ...alike])]
}

const logInput = z.strictObject(logFields)

/** What a query of the audit log asks of our own lists: one filter, or more that share no event. */
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

/** Whether a filter that knows what it wants of the status leaves room for the one asked for. */
function narrowByStatus<F extends { readonly status?: readonly string[] | undefined }>(
  filters: readonly F[],
  asked: keyof typeof STATUSES | undefined,
) {
  if (asked === undefined) return filters
  const [wanted] = STATUSES[asked]
  return filters
    .filter((filter) => filter.status === undefined || filter.status.includes(wanted))
    .map((filter) => ({ ...filter, status: [wanted] }))
}

export const activity = defineOperation({
  name: 'compat.activity',
  summary: 'List activity, newest first.',
  requires: 'view',
  route: { method: 'GET', path: '/api/activity' },
  input: z.strictObject({
    startDate: from,
    endDate: to,
    action,
    search: filterSchema.shape.q.describe('What the search box takes.'),
    archived: z.enum(['true', 'false']).optional().describe('true for the archive, false for the inbox.'),
    ...pageFields,
    tenant,
  }),
  output: rowsOutput,
  run: (session, { startDate, endDate, search, archived, ...input }) => {
    const lists = toFilters(input.action, session.catalog).map(
      (filter): ReadPage =>
        (under, page) =>
          list.run(under, {
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
  summary: 'List audit logs, newest first.',
  requires: 'view',
  route: { method: 'GET', path: '/audit-logs' },
  input: z.strictObject({ user_id: user.optional().describe('The id of a user, or an e-mail address.'), ...logFields }),
  output: rowsOutput,
  run: (session, { user_id, ...input }) => {
    const lists = narrowByStatus(toLogFilters(input, session), input.status).map(
      (filter): ReadPage =>
        (under, page) =>
          list.run(under, { ...filter, ...(user_id !== undefined && { actor: [user_id] }), ...page }),
    )
    return readRows(session, lists, input)
  },
})

export const userLogs = defineOperation({
  name: 'compat.userActivity',
  summary: 'List what one user did, newest first.',
  requires: 'view',
  route: { method: 'GET', path: '/users/{user_id}/activity' },
  input: z.strictObject({ user_id: user.describe('The id of the user.'), ...logFields }),
  output: rowsOutput,
  run: (session, { user_id, ...input }) => {
    const lists = narrowByStatus(toLogFilters(input, session), input.status).map(
      (filter): ReadPage =>
        (under, page) =>
          userActivity.run(under, { userId: user_id, ...filter, ...page }),
    )
    return readRows(session, lists, input)
  },
})
