/** The entry for hosts: the catalog, the event, redaction, diffs, the search language and exports. */

export { defineCatalog } from './catalog/define-catalog.ts'
export { renderSentence } from './catalog/sentence.ts'
export { KEY_SCOPES, PERMISSIONS } from './contracts/viewer.ts'
export { CSV_COLUMNS, eventsToCsv, eventsToJson, rowsToCsv } from './csv.ts'
export { diff } from './diff/diff.ts'
export { ERROR_STATUS, WhodidError } from './errors.ts'
export {
  ACTOR_TYPES,
  ANONYMOUS,
  AUDIT_CATEGORY,
  CHANNELS,
  FORMER_USER,
  KINDS,
  NO_TENANT,
  REDACTED,
  SEVERITIES,
  STATUSES,
  SYSTEM,
} from './event/event.ts'
export { getIdTime, newId } from './event/id.ts'
export { EVENT_LIMITS } from './event/limits.ts'
export { formatQuery } from './filter/format-query.ts'
export { filterFromParams, filterToParams } from './filter/params.ts'
export { parseQuery } from './filter/query-language.ts'
export { redact } from './redact/redact.ts'
export * from './types.ts'
