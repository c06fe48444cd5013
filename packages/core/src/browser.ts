/** Core without the validator and the hashes, for browsers: everything but `parseEvent`, `prepareEvent` and the schemas. */
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
} from './administration.ts'
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
} from './catalog.ts'
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
} from './contracts.ts'
export { CSV_COLUMNS, eventsToCsv, eventsToJson, rowsToCsv } from './csv.ts'
export type { ActionOf, MetadataOf } from './define-catalog.ts'
export { defineCatalog } from './define-catalog.ts'
export type { DiffOptions } from './diff.ts'
export { diff } from './diff.ts'
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
} from './event.ts'
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
} from './event.ts'
export type { ExcludedTerms, Filter, FilterTerm, FilterTerms, InboxState, SortColumn, SortOrder } from './filter.ts'
export { FILTER_TERMS, INBOX_STATES, resourceOf, SORT_COLUMNS } from './filter.ts'
export { filterFromParams, filterToParams } from './filter-params.ts'
export { formatQuery } from './format-query.ts'
export { bytesToHex } from './hex.ts'
export { idFloor, isEventId, newId, timeOfId } from './id.ts'
export { JSON_LIMITS, redact, toJson } from './json.ts'
export { EVENT_LIMITS } from './limits.ts'
export { keysOf, pointerOf } from './pointer.ts'
export { positionOf, sortValue } from './position.ts'
export type { QueryField } from './query-language.ts'
export { fieldAt, parseQuery, QUERY_FIELDS, QUERY_VALUES, writeCondition } from './query-language.ts'
export { redactChanges } from './redact-changes.ts'
export { findAction, resolveAction, resolveResource } from './resolve.ts'
export type { SearchedField } from './search-text.ts'
export { fold, foldedPhrases, needlesOfPhrase, SEARCHED_FIELDS, searchNeedles, searchTextOf } from './search-text.ts'
export type { EventFacts } from './sentence.ts'
export { renderHref, renderSentence, safeHref, sentenceOf } from './sentence.ts'
export type { DayTally, ResourceTally, Stats, StatsRequest, Tally } from './stats.ts'
export { timeRange } from './time-range.ts'
export { baseOf, kindOfVerb, pastOf } from './verbs.ts'
export type { Authorize, KeyScope, Permission, Viewer } from './viewer.ts'
export { KEY_SCOPES, PERMISSIONS } from './viewer.ts'
export { splitWords, words } from './words.ts'
