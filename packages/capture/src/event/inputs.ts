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

/** Somebody as the host's own user objects have them: more fields are welcome, and ignored. */
export interface ActorInput {
  /** @default 'user' */
  readonly type?: ActorType | undefined
  readonly id: string | number | bigint
  readonly name?: string | null | undefined
  readonly email?: string | null | undefined
  readonly onBehalfOf?: Person | undefined
  readonly impersonatedBy?: Person | undefined
}

/** A resource as the host names it. */
export interface ResourceInput {
  /** @default the action's category */
  readonly type?: string | undefined
  readonly id?: string | number | bigint | null | undefined
  readonly name?: string | null | undefined
  readonly href?: string | null | undefined
}

/** What an event may say beside its action; whatever it names wins over what was inferred. */
export interface Details {
  /** Where the resource belongs: `{ project: { id, name } }`. */
  readonly scope?: Scope | undefined
  /** Overrules the catalog's sentence. */
  readonly description?: string | undefined
  readonly severity?: Severity | undefined
  /** The id of the event that brought this one about. */
  readonly causedBy?: string | null | undefined
  /** Why it failed. An event with an error is a failure. */
  readonly error?: Error | EventError | null | undefined
  readonly status?: Status | undefined
  /** The resource before the action; with `after`, the differences become the changes. */
  readonly before?: unknown
  /** The resource after the action. */
  readonly after?: unknown
  /** Changes, for a host that has them already. */
  readonly changes?: readonly Change[] | undefined
  /** Overrules the actor in hand. */
  readonly actor?: ActorInput | undefined
  /** Overrules the tenant in hand. */
  readonly tenant?: string | undefined
}

/** Metadata of an action without a schema: anything, which is stored as JSON without its secrets. */
export type AnyMetadata = { readonly [key: string]: unknown }

type Metadata<D extends CatalogData, M extends MetadataSchemas<D>, A extends string> = A extends keyof M
  ? undefined extends MetadataOf<Catalog<D, M>, A>
    ? { readonly metadata?: AnyMetadata | undefined }
    : { readonly metadata: MetadataOf<Catalog<D, M>, A> }
  : { readonly metadata?: AnyMetadata | undefined }

/** What `trail.record` takes beside the action. Metadata is typed by the action's schema, where it has one. */
export type RecordInput<
  D extends CatalogData = CatalogData,
  M extends MetadataSchemas<D> = MetadataSchemas<D>,
  A extends string = string,
> = Details & {
  readonly resource: ResourceInput
  /** When it happened, if not now. */
  readonly occurredAt?: Date | string | undefined
} & Metadata<D, M, A>

/** What `trail.annotate` takes. Without a resource, or with a part of one, it adds to the event of the request in hand. */
export interface Annotation<A extends string = string> extends Details {
  readonly resource?: ResourceInput | undefined
  /** @default what the request infers, or by `before` and `after`: created, updated or deleted */
  readonly action?: A | undefined
  readonly metadata?: AnyMetadata | undefined
}

/** Who acts in a job, for which tenant. Contexts nest: what an inner one leaves out comes from the outer one. */
export interface RunContext {
  /** @default the actor of the enclosing context, else the system */
  readonly actor?: ActorInput | undefined
  readonly tenant?: string | undefined
  /** @default 'system' for a system actor, else the channel of the enclosing context, else 'system' */
  readonly channel?: Channel | undefined
  /** @default the event of the enclosing request */
  readonly causedBy?: string | undefined
  readonly scope?: Scope | undefined
  readonly requestId?: string | undefined
  readonly traceId?: string | undefined
}
