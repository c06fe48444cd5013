import type { Filter, SortColumn, SortOrder } from '@whodid/core'
import { z } from 'zod'
import { listOutput } from '../output.ts'
import type { ListOutput, ListPage, Reader } from '../reader.ts'
import { filterOf, listFields } from '../schema.ts'
import { defineVerb } from '../verb.ts'

/** The page that a list's input asks for, with its defaults. */
export const pageOf = (input: {
  readonly sort?: SortColumn | undefined
  readonly order?: SortOrder | undefined
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}): ListPage => ({
  sort: input.sort ?? 'occurredAt',
  order: input.order ?? 'desc',
  limit: input.limit ?? 50,
  cursor: input.cursor,
})

/** Says so in the log when what is read is one other person's activity. */
export const witnessSubject = async (reader: Reader, viewerId: string, filter: Filter): Promise<void> => {
  const [subject, ...others] = filter.actor ?? []
  if (subject === undefined || others.length > 0 || subject === viewerId) return
  await reader.witness({ read: 'viewed', subject, filter })
}

/** Lists, and says so when it is somebody else's activity. */
export const readList = async (
  reader: Reader,
  viewerId: string,
  filter: Filter,
  page: ListPage,
): Promise<ListOutput> => {
  const output = await reader.list(filter, page)
  await witnessSubject(reader, viewerId, filter)
  return output
}

export const list = defineVerb({
  name: 'list',
  summary: 'List events, newest first, under a filter.',
  needs: 'view',
  route: { method: 'GET', path: '/api/v1/events' },
  input: z.strictObject(listFields),
  output: listOutput,
  run: (session, input) => readList(session.reader(input.tenant), session.viewer.id, filterOf(input), pageOf(input)),
})
