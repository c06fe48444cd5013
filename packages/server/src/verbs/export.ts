import { eventsToCsv, type StoredEvent } from '@whodid/core'
import { z } from 'zod'
import { filterOf, listFields } from '../schema.ts'
import { defineVerb } from '../verb.ts'

export const EXPORT_FORMATS = ['csv', 'json', 'ndjson'] as const
/** A form of an exported file. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

const TYPES: { readonly [F in ExportFormat]: string } = {
  csv: 'text/csv; charset=utf-8; header=present',
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
}

async function* write(pages: AsyncIterable<readonly StoredEvent[]>, format: ExportFormat): AsyncGenerator<string> {
  let first = true
  for await (const events of pages) {
    if (format === 'csv') yield eventsToCsv(events, { header: first })
    else if (format === 'ndjson') yield events.map((event) => `${JSON.stringify(event)}\n`).join('')
    else yield (first ? '[\n' : ',\n') + events.map((event) => JSON.stringify(event)).join(',\n')
    first = false
  }
  if (first && format === 'csv') yield eventsToCsv([])
  if (format === 'json') yield first ? '[]\n' : '\n]\n'
}

const { sort: _sort, limit: _limit, cursor: _cursor, direction: _direction, ...fields } = listFields

export const exportEvents = defineVerb({
  name: 'export',
  summary: 'Export everything under a filter as one file. It is streamed, and is an event itself.',
  needs: 'export',
  route: { method: 'GET', path: '/api/v1/events/export' },
  input: z.strictObject({ format: z.enum(EXPORT_FORMATS).describe('The form of the file.'), ...fields }),
  output: z.string(),
  answers: 'text',
  headers: ({ format }) => ({
    'content-type': TYPES[format],
    'content-disposition': `attachment; filename="activity.${format}"`,
  }),
  run: async (session, input) => {
    const reader = session.reader(input.tenant)
    const filter = filterOf(input)
    const pages = reader.pages(filter, input.order ?? 'desc')
    await reader.witness({ read: 'exported', format: input.format, filter })
    return write(pages, input.format)
  },
})
