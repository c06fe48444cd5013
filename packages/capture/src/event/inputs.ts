import type {
  ActorType,
  Catalog,
  CatalogData,
  Change,
  Channel,
  EventError,
  MetadataOf,
  MetadataSchemas,
  Person,
  Scope,
  Severity,
  Status,
} from '@whodid/core'

/** A person or program that acts. Additional fields, such as those of the host's user objects, are ignored. */
export interface ActorInput {
  /** @default 'user' */
  readonly type?: ActorType | undefined
  readonly id: string | number | bigint
  readonly name?: string | null | undefined
  readonly email?: string | null | undefined
  readonly onBehalfOf?: Person | undefined
  readonly impersonatedBy?: Person | undefined
}

/** A resource of the host. */
export interface ResourceInput {
  /** @default the action's category */
  readonly type?: string | undefined
  readonly id?: string | number | bigint | null | undefined
  readonly name?: string | null | undefined
  readonly href?: string | null | undefined
}

/** Details of an event. They override inferred values. */
export interface Details {
  /** Parents of the resource: `{ project: { id, name } }`. */
  readonly scope?: Scope | undefined
  /** Overrides the catalog's sentence. */
  readonly description?: string | undefined
  readonly severity?: Severity | undefined
  /** The id of the event that caused this one. */
  readonly causedBy?: string | null | undefined
  /** The reason for a failure. An event with an error has the status `failure`. */
  readonly error?: Error | EventError | null | undefined
  readonly status?: Status | undefined
  /** The resource before the action. Its differences from `after` become the changes. */
  readonly before?: unknown
  /** The resource after the action. */
  readonly after?: unknown
  /** The changes, as an alternative to `before` and `after`. */
  readonly changes?: readonly Change[] | undefined
  /** Overrides the actor of the request or job. */
  readonly actor?: ActorInput | undefined
  /** Overrides the tenant of the request or job. */
  readonly tenant?: string | undefined
}

/** Metadata of an action without a schema. Stored as JSON, without secrets. */
export type AnyMetadata = { readonly [key: string]: unknown }

type Metadata<D extends CatalogData, M extends MetadataSchemas<D>, A extends string> = A extends keyof M
  ? undefined extends MetadataOf<Catalog<D, M>, A>
    ? { readonly metadata?: AnyMetadata | undefined }
    : { readonly metadata: MetadataOf<Catalog<D, M>, A> }
  : { readonly metadata?: AnyMetadata | undefined }

/** Input of `trail.record`. Metadata is typed by the action's schema, if it has one. */
export type RecordInput<
  D extends CatalogData = CatalogData,
  M extends MetadataSchemas<D> = MetadataSchemas<D>,
  A extends string = string,
> = Details & {
  readonly resource: ResourceInput
  /** The time of the action. @default now */
  readonly occurredAt?: Date | string | undefined
} & Metadata<D, M, A>

/** Input of `trail.annotate`. Without a complete resource, it adds to the event of the current request. */
export interface Annotation<A extends string = string> extends Details {
  readonly resource?: ResourceInput | undefined
  /** @default inferred from the request, or from `before` and `after`: created, updated, or deleted */
  readonly action?: A | undefined
  readonly metadata?: AnyMetadata | undefined
}

/** Actor and tenant of a job. Contexts nest: missing fields come from the outer context. */
export interface RunContext {
  /** @default the actor of the outer context, or the system */
  readonly actor?: ActorInput | undefined
  readonly tenant?: string | undefined
  /** @default 'system' for a system actor, or the channel of the outer context, or 'system' */
  readonly channel?: Channel | undefined
  /** @default the event of the outer request */
  readonly causedBy?: string | undefined
  readonly scope?: Scope | undefined
  readonly requestId?: string | undefined
  readonly traceId?: string | undefined
}
