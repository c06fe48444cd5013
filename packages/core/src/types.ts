/** The public types of every entry. */

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
export type { RenderableEvent } from './catalog/sentence.ts'
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
export type { AppRoute, RouteStore, RoutesStored, StoredRoute } from './contracts/routes.ts'
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
export type { DiffOptions } from './diff/diff.ts'
export type { ErrorCode, TextRange } from './errors.ts'
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
export type {
  Filter,
  FilterCondition,
  FilterConditions,
  InboxState,
  NotConditions,
  SortColumn,
  SortOrder,
} from './filter/filter.ts'
export type { SearchedField } from './filter/search-text.ts'
