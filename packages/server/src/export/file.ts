import { eventsToCsv, type StoredEvent, WhodidError } from '@whodid/core'
import type { Ending } from '../access-log.ts'
import type { Extract } from '../read/extract.ts'

export const EXPORT_FORMATS = ['csv', 'json', 'ndjson'] as const
/** A form of an exported file. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

const TYPES: { readonly [F in ExportFormat | 'zip']: string } = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  zip: 'application/zip',
}

/** A file that is written while it is read, part by part. */
export interface File {
  readonly headers: Readonly<Record<string, string>>
  readonly parts: AsyncIterable<string | Uint8Array>
}

/** Where in its export a file says that it stops, so that the rest of the same export can be had later. */
export const UP_TO_HEADER = 'whodid-up-to'

/** The headers of a file for download. `resumed` is a file that goes on where another broke off. */
export function fileHeaders(
  name: string,
  form: ExportFormat | 'zip',
  { upTo, resumed = false }: { readonly upTo: string; readonly resumed?: boolean },
): Record<string, string> {
  return {
    'content-type': form === 'csv' ? `${TYPES.csv}; header=${resumed ? 'absent' : 'present'}` : TYPES[form],
    'content-disposition': `attachment; filename="${name}.${form}"`,
    [UP_TO_HEADER]: upTo,
  }
}

/** Events in a form, a part for each page. A CSV that goes on where another broke off has no header. */
export async function* write(
  pages: AsyncIterable<readonly StoredEvent[]>,
  format: ExportFormat,
  { resumed = false }: { readonly resumed?: boolean } = {},
): AsyncGenerator<string> {
  let first = true
  for await (const events of pages) {
    if (format === 'csv') yield eventsToCsv(events, { header: first && !resumed })
    else if (format === 'ndjson') yield events.map((event) => `${JSON.stringify(event)}\n`).join('')
    else yield (first ? '[\n' : ',\n') + events.map((event) => JSON.stringify(event)).join(',\n')
    first = false
  }
  if (first && format === 'csv') yield eventsToCsv([], { header: !resumed })
  if (format === 'json') yield first ? '[]\n' : '\n]\n'
}

const LEFT = 'The reader left before the end, or the service closed.'

/** The pages of an extract, which tell for each tenant how many events they gave, once they end or are left. */
export async function* counted(
  { tenants, pages }: Pick<Extract, 'tenants' | 'pages'>,
  ended: (tenantId: string, end: Ending) => Promise<void>,
): AsyncGenerator<readonly StoredEvent[]> {
  const counts = new Map(tenants.map((tenantId) => [tenantId, 0]))
  let broken: string | null = LEFT
  try {
    for await (const events of pages) {
      for (const { tenantId } of events) counts.set(tenantId, (counts.get(tenantId) ?? 0) + 1)
      yield events
    }
    broken = null
  } catch (error) {
    // A reader who leaves while a page is read is known by the signal, which ends the reading by this error.
    broken = error instanceof WhodidError && error.code === 'closed' ? LEFT : 'The service could not go on.'
    throw error
  } finally {
    await Promise.all([...counts].map(([tenantId, count]) => ended(tenantId, { count, broken })))
  }
}

/** Whether a verb's answer is a file. */
export function isFile(result: unknown): result is File {
  return typeof result === 'object' && result !== null && 'headers' in result && 'parts' in result
}

/** A file of text, for a transport that asks for no headers. */
export async function* textsOf({ parts }: File): AsyncGenerator<string> {
  for await (const part of parts) if (typeof part === 'string') yield part
}
