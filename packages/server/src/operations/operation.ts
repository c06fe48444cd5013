import type {
  AppendResult,
  AppRoute,
  CatalogJson,
  EventContext,
  EventStore,
  NewEvent,
  Permission,
  Retention,
  RoutesStored,
  StoreHealth,
  Viewer,
} from '@whodid/core'
import type { z } from 'zod'
import type { Erasure, ErasureRequest } from '../lifecycle/erasure.ts'
import type { RetentionWindow, RetentionWindows } from '../lifecycle/retention.ts'
import type { PersonReader } from '../read/person.ts'
import type { Reader } from '../read/reader.ts'

/** The access of one call. The policy creates it, so that operations never use the store directly. */
export interface Session {
  readonly viewer: Viewer
  /** The event context of the request, for audit events. */
  readonly context: Partial<EventContext>
  readonly catalog: CatalogJson
  /** The clock of the service, in epoch milliseconds. */
  now(): number
  /** Throws `unauthenticated`, `forbidden` or `rate_limited` unless the caller may run the operation now. */
  admit(operation: Pick<Operation, 'requires' | 'responseType'>): void
  /** Aborts when the client disconnects or the service closes. */
  readonly signal: AbortSignal
  /** Returns a reader of one tenant, of all the viewer's tenants for `*`, or by default of the viewer's first tenant. */
  reader(tenant: string | undefined): Reader
  /** Stores events in the tenant of the caller's key. */
  append(events: readonly NewEvent[]): Promise<readonly AppendResult[]>
  /** Stores routes of the app. Throws `forbidden` unless the viewer has `ingest`. */
  reportRoutes(routes: readonly AppRoute[]): Promise<RoutesStored>
  /** Returns the administration of a tenant, by default the viewer's first. Throws `forbidden` unless the viewer has `admin`. */
  administer(tenant: string | undefined): Administration
  /**
   * Returns a reader of all data about one person. Throws `forbidden` unless the viewer has `admin`, or is that person and has
   * `export`.
   */
  person(id: string, tenant: string | undefined): PersonReader
  health(): Promise<StoreHealth>
  /** Adds to the number of events requested by all calls of a batch. Throws `payload_too_large` above 2,000. */
  spendEventBudget(events: number): void
}

/** The administration of one tenant. */
export interface Administration extends Pick<EventStore, 'keys' | 'revocations'> {
  readonly tenantId: string
  readonly retention: {
    get(): Promise<RetentionWindow>
    /** Returns the window with other settings. Throws `forbidden` for more days than the plan allows. */
    withSettings: RetentionWindows['withSettings']
    set(retention: Retention): Promise<void>
    preview: RetentionWindows['preview']
  }
  /** Erases a person's personal data from all their events. */
  erase(personId: string, request: Pick<ErasureRequest, 'metadata' | 'names'>): Promise<Erasure>
  /** Records an action of the administrator as an audit event. */
  record(event: Omit<NewEvent, 'actor' | 'tenantId'>): Promise<void>
}

/** Checks if a route reads its input from the body. */
export function hasBody({ method }: Pick<Route, 'method'>): boolean {
  return method === 'POST' || method === 'PUT'
}

/** The access that an operation requires: none, any authenticated viewer, or a permission. `view:all` includes `view`. */
export type Requirement = 'nothing' | 'viewer' | Permission

/** The REST route of an operation. Its query parameters are the fields of the input, and the fields of `filter`. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** The path below the mount path. Names in braces are fields of the input. */
  readonly path: string
  /** The names of query parameters that differ from their field, such as `{ lastEventId: 'after' }`. */
  readonly parameterNames?: { readonly [field: string]: string }
  /** The documented schema of the body. @default the input */
  readonly body?: z.ZodType
  /** True when the body may be empty. @default false */
  readonly isBodyOptional?: boolean
}

/** An operation of the service: the only source of its tRPC procedure, REST route and OpenAPI description. */
export interface Operation<Input extends z.ZodType = z.ZodType, Result = unknown> {
  /** The tRPC path, and the OpenAPI operation id. */
  readonly name: string
  /** A short imperative sentence, for API documentation. */
  readonly summary: string
  /** More details, for API documentation. */
  readonly description?: string
  readonly requires: Requirement
  readonly route: Route
  readonly input: Input
  /** The documented schema of the result. Tests check real results against it. */
  readonly output: z.ZodType
  /** How the result is sent. @default 'json' */
  readonly responseType?: 'json' | 'file' | 'events'
  /** Returns additional response headers. */
  headers?(input: z.output<Input>): Record<string, string>
  run(session: Session, input: z.output<Input>): Result
}

/** Defines an operation with its exact type. */
export function defineOperation<Input extends z.ZodType, Result>(
  operation: Operation<Input, Result>,
): Operation<Input, Result> {
  return operation
}
