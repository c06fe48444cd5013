import { eventsToCsv, type StoredEvent, WhodidError } from '@whodid/core'
import type { ExportCompletion } from '../access-log.ts'
import type { EventExtract } from '../read/extract.ts'

export const EXPORT_FORMATS = ['csv', 'json', 'ndjson'] as const
/** The format of an exported file. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

const CONTENT_TYPES: { readonly [F in ExportFormat | 'zip']: string } = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  zip: 'application/zip',
}

/** A file that is streamed part by part. */
export interface ExportFile {
  readonly headers: Readonly<Record<string, string>>
  readonly parts: AsyncIterable<string | Uint8Array>
}

/** The header with the position where an export stops. A client sends it back to resume the same export. */
const UP_TO_HEADER = 'whodid-up-to'

/** Creates the headers of a download. `resumed` is true when the file continues an interrupted one. */
export function createFileHeaders(
  name: string,
  format: ExportFormat | 'zip',
  { upTo, resumed = false }: { readonly upTo: string; readonly resumed?: boolean },
): Record<string, string> {
  return {
    'content-type':
      format === 'csv' ? `${CONTENT_TYPES.csv}; header=${resumed ? 'absent' : 'present'}` : CONTENT_TYPES[format],
    'content-disposition': `attachment; filename="${name}.${format}"`,
    [UP_TO_HEADER]: upTo,
  }
}

/** Formats events, one part per page. A resumed CSV has no header row. */
export async function* formatEvents(
  pages: AsyncIterable<readonly StoredEvent[]>,
  format: ExportFormat,
  { resumed = false }: { readonly resumed?: boolean } = {},
): AsyncGenerator<string> {
  let isFirst = true
  for await (const events of pages) {
    if (format === 'csv') yield eventsToCsv(events, { header: isFirst && !resumed })
    else if (format === 'ndjson') yield events.map((event) => `${JSON.stringify(event)}\n`).join('')
    else yield (isFirst ? '[\n' : ',\n') + events.map((event) => JSON.stringify(event)).join(',\n')
    isFirst = false
  }
  if (isFirst && format === 'csv') yield eventsToCsv([], { header: !resumed })
  if (format === 'json') yield isFirst ? '[]\n' : '\n]\n'
}

const DISCONNECTED = 'The client disconnected, or the service closed.'

/** Yields the pages of an extract. Calls `onEnd` with the event count of each tenant when they end, fail or are canceled. */
export async function* countEvents(
  { tenants, pages }: Pick<EventExtract, 'tenants' | 'pages'>,
  onEnd: (tenantId: string, completion: ExportCompletion) => Promise<void>,
): AsyncGenerator<readonly StoredEvent[]> {
  const counts = new Map(tenants.map((tenantId) => [tenantId, 0]))
  let abortReason: string | null = DISCONNECTED
  try {
    for await (const events of pages) {
      for (const { tenantId } of events) counts.set(tenantId, (counts.get(tenantId) ?? 0) + 1)
      yield events
    }
    abortReason = null
  } catch (error) {
    // When the client disconnects during a read, the aborted signal makes the read throw `closed`.
    abortReason = error instanceof WhodidError && error.code === 'closed' ? DISCONNECTED : 'The export failed.'
    throw error
  } finally {
    await Promise.all([...counts].map(([tenantId, count]) => onEnd(tenantId, { count, abortReason })))
  }
}

/** Checks if the result of an operation is a file. */
export function isExportFile(result: unknown): result is ExportFile {
  return typeof result === 'object' && result !== null && 'headers' in result && 'parts' in result
}

/** Yields the text parts of a file, for a transport without headers. */
export async function* readTextParts({ parts }: ExportFile): AsyncGenerator<string> {
  for await (const part of parts) if (typeof part === 'string') yield part
}
