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
export type { EventFacts } from './catalog/sentence.ts'
export { renderHref, renderSentence, safeHref, sentenceOf } from './catalog/sentence.ts'
export type {
  ApiKey,
  DisclosedEvent,
  Erased,
  KeyStore,
  PeopleStore,
  Purgeable,
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
  Mounted,
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
export { bytesToHex } from './event/hex.ts'
export { idFloor, isEventId, newId, timeOfId } from './event/id.ts'
export { EVENT_LIMITS } from './event/limits.ts'
export { keysOf, pointerOf } from './event/pointer.ts'
export type {
  Filter,
  FilterCondition,
  FilterConditions,
  InboxState,
  NotConditions,
  SortColumn,
  SortOrder,
} from './filter/filter.ts'
export { FILTER_CONDITIONS, INBOX_STATES, resourceOf, SORT_COLUMNS } from './filter/filter.ts'
export { formatQuery } from './filter/format-query.ts'
export { filterFromParams, filterToParams } from './filter/params.ts'
export { positionOf, sortValue } from './filter/position.ts'
export type { QueryField } from './filter/query-language.ts'
export { fieldAt, parseQuery, QUERY_FIELDS, QUERY_VALUES, writeCondition } from './filter/query-language.ts'
export type { SearchedField } from './filter/search-text.ts'
export {
  foldedPhrases,
  foldText,
  needlesOfPhrase,
  SEARCHED_FIELDS,
  searchNeedles,
  searchTextOf,
} from './filter/search-text.ts'
export { timeRange } from './filter/time-range.ts'
export { baseOf, kindOfVerb, pastOf } from './language/verbs.ts'
export { splitWords, words } from './language/words.ts'
export { redactChanges } from './redact/changes.ts'
export { JSON_LIMITS, redact, toJson } from './redact/redact.ts'
