import type {
  AppendResult,
  CatalogJson,
  EventContext,
  EventStore,
  NewEvent,
  Permission,
  Retention,
  StoreHealth,
  Viewer,
} from '@whodid/core'
import type { z } from 'zod'
import type { Erasure, ErasureRequest } from '../lifecycle/erasure.ts'
import type { RetentionWindow, RetentionWindows } from '../lifecycle/retention.ts'
import type { PersonReader } from '../read/person.ts'
import type { Reader } from '../read/reader.ts'

/** What one call may touch. The policy makes it; a verb never sees the store itself. */
export interface Session {
  readonly viewer: Viewer
  /** The request, as events of whodid's own have it. */
  readonly context: Partial<EventContext>
  readonly catalog: CatalogJson
  /** The service's clock, in milliseconds. */
  now(): number
  /** Throws unless the caller may use a verb now: `unauthenticated`, `forbidden` or `rate_limited`. */
  admit(operation: Pick<Operation, 'requires' | 'responseType'>): void
  /** Aborts when the caller leaves, or the service closes. */
  readonly signal: AbortSignal
  /** A reader of the tenants asked for: one, `*` for all of the viewer's, or the viewer's first. */
  reader(tenant: string | undefined): Reader
  /** Stores events in the tenant of the caller's key. */
  append(events: readonly NewEvent[]): Promise<readonly AppendResult[]>
  /** What an administrator of a tenant may touch: the one asked for, or the viewer's first. Throws `forbidden` to others. */
  administer(tenant: string | undefined): Administration
  /** All that is known of one person, for administrators, and with `export` for themselves. Throws `forbidden` to others. */
  person(id: string, tenant: string | undefined): PersonReader
  health(): Promise<StoreHealth>
  /** Counts the events that one request asks for, over all calls of its batch. Throws `payload_too_large` past 2,000. */
  spendEventBudget(events: number): void
}

/** One tenant's settings and people, for its administrators. */
export interface Administration extends Pick<EventStore, 'keys' | 'revocations'> {
  readonly tenantId: string
  readonly retention: {
    get(): Promise<RetentionWindow>
    /** The window under other settings. Throws `forbidden` for more days than the plan has. */
    under: RetentionWindows['withSettings']
    set(retention: Retention): Promise<void>
    preview: RetentionWindows['preview']
  }
  /** Erases a person's data from all their events. */
  erase(personId: string, request: Pick<ErasureRequest, 'metadata' | 'names'>): Promise<Erasure>
  /** Writes down what the administrator did, in the category `audit`. */
  record(event: Omit<NewEvent, 'actor' | 'tenantId'>): Promise<void>
}

/** Whether a route takes its input from a body. */
export function hasBody({ method }: Pick<Route, 'method'>): boolean {
  return method === 'POST' || method === 'PUT'
}

/** What a call needs: nothing at all, to be somebody, or one permission. `view:all` includes `view`. */
export type Requirement = 'nothing' | 'viewer' | Permission

/** How a verb is reached over REST. Its query parameters are the fields of its input, with `filter` spread out. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Under the mount. Names in braces are fields of the input. */
  readonly path: string
  /** Query parameters with another name than their field: `{ lastEventId: 'after' }`. */
  readonly parameterNames?: { readonly [field: string]: string }
  /** What a body is documented to be. @default the input */
  readonly body?: z.ZodType
  /** Whether a body may be left out. @default false */
  readonly isBodyOptional?: boolean
}

/** One thing the service does. tRPC, REST and OpenAPI all translate from this. */
export interface Operation<Input extends z.ZodType = z.ZodType, Result = unknown> {
  /** The tRPC path. */
  readonly name: string
  readonly summary: string
  readonly requires: Requirement
  readonly route: Route
  readonly input: Input
  /** What the answer looks like: documentation, held against real answers by the tests. */
  readonly output: z.ZodType
  /** How the answer travels. @default 'json' */
  readonly responseType?: 'json' | 'file' | 'events'
  /** Headers of the answer, which may depend on the input. */
  headers?(input: z.output<Input>): Record<string, string>
  run(session: Session, input: z.output<Input>): Result
}

/** Gives a verb its exact type. */
export function defineOperation<Input extends z.ZodType, Result>(operation: Operation<Input, Result>): Operation<Input, Result> {
  return operation
}
