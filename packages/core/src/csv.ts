import type { StoredEvent } from './event/event.ts'

type Cell = string | number | boolean | null | undefined
type Column = readonly [name: string, value: (event: StoredEvent) => Cell]

function formatJson(value: object) {
  const text = JSON.stringify(value)
  return text === '{}' || text === '[]' ? '' : text
}

const COLUMNS: readonly Column[] = [
  ['event_id', (event) => event.id],
  ['actor', (event) => event.actor.name ?? event.actor.email ?? event.actor.id],
  ['category', (event) => event.category],
  ['action', (event) => event.action],
  ['description', (event) => event.description],
  ['timestamp', (event) => event.occurredAt],
  ['status', (event) => event.status],
  ['kind', (event) => event.kind],
  ['severity', (event) => event.severity],
  ['actor_id', (event) => event.actor.id],
  ['actor_type', (event) => event.actor.type],
  ['actor_name', (event) => event.actor.name],
  ['actor_email', (event) => event.actor.email],
  ['on_behalf_of', (event) => event.actor.onBehalfOf?.id],
  ['on_behalf_of_name', (event) => event.actor.onBehalfOf?.name],
  ['impersonated_by', (event) => event.actor.impersonatedBy?.id],
  ['impersonated_by_name', (event) => event.actor.impersonatedBy?.name],
  ['resource_type', (event) => event.resource.type],
  ['resource_id', (event) => event.resource.id],
  ['resource_name', (event) => event.resource.name],
  ['resource_href', (event) => event.resource.href],
  ['resource_deleted', (event) => event.resource.deleted],
  ['project', (event) => event.scope.project?.id],
  ['scope', (event) => formatJson(event.scope)],
  ['tenant_id', (event) => event.tenantId],
  ['channel', (event) => event.context.channel],
  ['ip', (event) => event.context.ip],
  ['user_agent', (event) => event.context.userAgent],
  ['method', (event) => event.context.method],
  ['route', (event) => event.context.route],
  ['request_id', (event) => event.context.requestId],
  ['trace_id', (event) => event.context.traceId],
  ['error_status', (event) => event.error?.status],
  ['error_code', (event) => event.error?.code],
  ['error_message', (event) => event.error?.message],
  ['changes', (event) => formatJson(event.changes)],
  ['metadata', (event) => formatJson(event.metadata)],
  ['redacted', (event) => formatJson(event.redacted)],
  ['caused_by', (event) => event.causedBy],
  ['received_at', (event) => event.receivedAt],
  ['seq', (event) => event.seq],
]

/** The columns of a CSV export, in order. */
export const CSV_COLUMNS: readonly string[] = COLUMNS.map(([name]) => name)

// Spreadsheets run these as formulas (ASVS 5, 1.2.10). Some trim the cell first, and some accept full-width signs.
const FORMULA = /^(?:[\t\r\n\0]|[\s\0\u200B\uFEFF]*[=+\-@＝＋－＠])/
// RFC 4180 needs quotes for the first four. Some readers trim spaces, or drop a byte order mark.
const NEEDS_QUOTES = /[",\r\n\uFEFF]|^ | $/
const LINE_END = '\r\n'

/**
 * Formats events as CSV (RFC 4180). Every line ends in CRLF, so that parts of an export can be joined. Cells that a
 * spreadsheet would run as a formula begin with an apostrophe. `changes`, `metadata`, `scope` and `redacted` are JSON.
 *
 * @param options.header True to begin with the column names. @default true
 */
export function eventsToCsv(
  events: readonly StoredEvent[],
  options: { readonly header?: boolean | undefined } = {},
): string {
  const rows: (readonly Cell[])[] = events.map((event) => COLUMNS.map(([, value]) => value(event)))
  if (options.header ?? true) rows.unshift(CSV_COLUMNS)
  return rowsToCsv(rows)
}

/** Formats any rows as CSV, by the rules of {@link eventsToCsv}. */
export function rowsToCsv(rows: readonly (readonly Cell[])[]): string {
  let csv = ''
  for (const row of rows) csv += row.map(formatCell).join(',') + LINE_END
  return csv
}

function formatCell(cell: Cell): string {
  if (cell === undefined || cell === null) return ''
  if (typeof cell !== 'string') return String(cell)
  const isFormula = FORMULA.test(cell)
  if (!isFormula && !NEEDS_QUOTES.test(cell)) return cell
  return `"${isFormula ? "'" : ''}${cell.replaceAll('"', '""')}"`
}

/** Formats events as an indented JSON array. */
export function eventsToJson(events: readonly StoredEvent[]): string {
  return `${JSON.stringify(events, null, 2)}\n`
}
