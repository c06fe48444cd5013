/** Core without the validator and the hashes, for browsers: everything but `parseEvent`, `prepareEvent` and the schemas. */

export type {
  ActionEntry,
  ActionName,
  Catalog,
  CatalogData,
  CatalogJson,
  Delivery,
  MetadataSchemas,
  ResolvedAction,
  ResolvedResource,
  ResourceEntry,
} from './catalog/catalog.ts'
export type { ActionOf, MetadataOf } from './catalog/define-catalog.ts'
export { defineCatalog } from './catalog/define-catalog.ts'
export { findAction, resolveAction, resolveResource } from './catalog/resolve.ts'
export type { RenderableEvent } from './catalog/sentence.ts'
export { renderActionSentence, renderHref, renderSentence, safeHref } from './catalog/sentence.ts'
export type {
  ApiKey,
  DisclosedEvent,
  ErasedEvent,
  KeyStore,
  PeopleStore,
  PurgeSummary,
  Retention,
  RetentionStore,
  RevocationStore,
} from './contracts/administration.ts'
export type { DayTally, ResourceTally, Stats, StatsRequest, Tally } from './contracts/stats.ts'
export type {
  AppendResult,
  BoundedCount,
  EventStore,
  EventWriter,
  FacetDimension,
  Facets,
  FacetValue,
  FetchService,
  InboxChange,
  MountContext,
  PageRequest,
  Position,
  ReadScope,
  RejectionCode,
  StoreHealth,
  StorePage,
} from './contracts/store.ts'
export type { Authorize, KeyScope, Permission, Viewer } from './contracts/viewer.ts'
export { KEY_SCOPES, PERMISSIONS } from './contracts/viewer.ts'
export { CSV_COLUMNS, eventsToCsv, eventsToJson, rowsToCsv } from './csv.ts'
export type { DiffOptions } from './diff/diff.ts'
export { diff } from './diff/diff.ts'
export type { ErrorCode, TextRange } from './errors.ts'
export { ERROR_STATUS, WhodidError } from './errors.ts'
export type {
  Actor,
  ActorType,
  Change,
  Channel,
  CompleteEvent,
  EventContext,
  EventError,
  Json,
  JsonObject,
  Kind,
  NewEvent,
  Person,
  PreparedEvent,
  Resource,
  Scope,
  ScopeEntry,
  Severity,
  Status,
  StoredEvent,
} from './event/event.ts'
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
export { bytesToHex, getIdTime, getMinId, isEventId, newId } from './event/id.ts'
export { EVENT_LIMITS } from './event/limits.ts'
export type {
  Filter,
  FilterCondition,
  FilterConditions,
  InboxState,
  NotConditions,
  SortColumn,
  SortOrder,
} from './filter/filter.ts'
export { FILTER_CONDITIONS, INBOX_STATES, parseResourceRef, SORT_COLUMNS } from './filter/filter.ts'
export { formatQuery } from './filter/format-query.ts'
export { filterFromParams, filterToParams } from './filter/params.ts'
export { getPosition, getSortValue } from './filter/position.ts'
export type { QueryField } from './filter/query-language.ts'
export { formatCondition, parseQuery, QUERY_FIELDS, QUERY_VALUES, readField } from './filter/query-language.ts'
export type { SearchedField } from './filter/search-text.ts'
export {
  foldPhrases,
  foldText,
  getPhraseNeedles,
  getSearchNeedles,
  SEARCHED_FIELDS,
  toSearchText,
} from './filter/search-text.ts'
export { parseTimeRange } from './filter/time-range.ts'
export { getVerbKind, toBaseForm, toPastTense } from './language/verbs.ts'
export { humanize, splitWords } from './language/words.ts'
export { formatPointer, JSON_LIMITS, parsePointer, redact, redactChanges, toJson } from './redact/redact.ts'
