import { eventsToCsv, type Filter, type SortOrder } from '@whodid/core'
import { z } from 'zod'
import type { Reader } from '../reader.ts'
import { filterFields, filterOf, tenant } from '../schema.ts'
import { defineVerb } from '../verb.ts'

export const EXPORT_FORMATS = ['csv', 'json', 'ndjson'] as const
/** A form of an exported file. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

async function* write(reader: Reader, filter: Filter, order: SortOrder, format: ExportFormat): AsyncGenerator<string> {
  let first = true
  for await (const events of reader.pages(filter, order)) {
    if (format === 'csv') yield eventsToCsv(events, { header: first })
    else if (format === 'ndjson') yield events.map((event) => `${JSON.stringify(event)}\n`).join('')
    else yield (first ? '[\n' : ',\n') + events.map((event) => JSON.stringify(event)).join(',\n')
    first = false
  }
  if (first && format === 'csv') yield eventsToCsv([], { header: true })
  if (format === 'json') yield first ? '[]\n' : '\n]\n'
}

export const exportEvents = defineVerb({
  name: 'export',
  summary: 'Export everything under a filter as one file. It is streamed, and is an event itself.',
  needs: 'export',
  route: { method: 'GET', path: '/events/export' },
  input: z.strictObject({
    format: z.enum(EXPORT_FORMATS).describe('The form of the file.'),
    ...filterFields,
    tenant,
    order: z.enum(['asc', 'desc']).optional().describe('By time. desc when absent.'),
  }),
  output: z.string(),
  answers: 'text',
  run: async function* (session, input) {
    const reader = session.reader(input.tenant)
    const filter = filterOf(input)
    await reader.witness({ read: 'exported', format: input.format, filter })
    yield* write(reader, filter, input.order ?? 'desc', input.format)
  },
})
