import type { Filter, SortColumn, SortOrder } from '@whodid/core'
import { z } from 'zod'
import { listOutput } from '../openapi/schemas/events.ts'
import type { ListOutput, Reader } from '../read/reader.ts'
import { listFields, pickFilter } from '../schemas.ts'
import { defineOperation, type Session } from './operation.ts'

/** The tenant and the page of a list. */
export interface ListInput {
  readonly tenant?: string | undefined
  readonly sort?: SortColumn | undefined
  readonly order?: SortOrder | undefined
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

/** Records in the access log that the viewer read the activity of other people, if the filter names any. */
export async function recordSubjectAccess({ viewer }: Session, reader: Reader, filter: Filter): Promise<void> {
  const subjects = [...new Set(reader.getActors(filter))].filter((actor) => actor !== viewer.id)
  if (subjects.length > 0) await reader.recordAccess({ read: 'viewed', subjects, filter })
}

/** Reads a page of a list, and records the access if it names other people. */
export async function readList(session: Session, input: ListInput, filter: Filter): Promise<ListOutput> {
  const reader = session.reader(input.tenant)
  const limit = input.limit ?? 50
  session.spendEventBudget(limit)
  const output = await reader.list(filter, {
    sort: input.sort ?? 'occurredAt',
    order: input.order ?? 'desc',
    limit,
    cursor: input.cursor,
  })
  await recordSubjectAccess(session, reader, filter)
  return output
}

export const list = defineOperation({
  name: 'list',
  summary: 'List events',
  description: 'Returns the events that match the filter, newest first, in pages.',
  requires: 'view',
  route: { method: 'GET', path: '/api/v1/events' },
  input: z.strictObject(listFields),
  output: listOutput,
  run: (session, input) => readList(session, input, pickFilter(input)),
})
