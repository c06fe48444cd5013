/** Any value that survives JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** A JSON object, such as metadata. */
export type JsonObject = { readonly [key: string]: Json }

export const KINDS = ['create', 'update', 'delete', 'other'] as const
/** The effect of an action on its resource. */
export type Kind = (typeof KINDS)[number]

export const STATUSES = ['success', 'failure'] as const
/** The result of an action. */
export type Status = (typeof STATUSES)[number]

export const SEVERITIES = ['info', 'warning', 'critical'] as const
/** The importance of an event. */
export type Severity = (typeof SEVERITIES)[number]

export const CHANNELS = ['ui', 'api', 'system'] as const
/** The origin of an action: `ui` a person's screen, `api` a program, `system` the host itself. */
export type Channel = (typeof CHANNELS)[number]

export const ACTOR_TYPES = ['user', 'system', 'api_key', 'service', 'agent'] as const
/** The type of an actor. */
export type ActorType = (typeof ACTOR_TYPES)[number]

/** The tenant of events that belong to no organization, such as a failed login. Only operators can read it. */
export const NO_TENANT = '-'

/** The category of the service's own events: views, exports, purges and gaps. */
export const AUDIT_CATEGORY = 'audit'

/** The replacement of a secret. */
export const REDACTED = '[redacted]'

/** The replacement of the name of an erased person. */
export const FORMER_USER = 'A former user'

/** A person whom an actor acts for, or who impersonates the actor. */
export interface Person {
  readonly id: string
  readonly name?: string | undefined
}

/** The user or program that performed an action. */
export interface Actor {
  readonly type: ActorType
  readonly id: string
  readonly name?: string | undefined
  readonly email?: string | undefined
  readonly onBehalfOf?: Person | undefined
  readonly impersonatedBy?: Person | undefined
}

/** The actor of an unauthenticated request. */
export const ANONYMOUS: Actor = { type: 'user', id: 'anonymous', name: 'Anonymous' }

/** The actor of an automated action. */
export const SYSTEM: Actor = { type: 'system', id: 'system', name: 'System' }

/** The affected resource. `id` is null when there is none yet, such as after a failed create. */
export interface Resource {
  readonly type: string
  readonly id: string | null
  readonly name?: string | undefined
  /** A link that overrides the catalog's template. Relative or http(s). */
  readonly href?: string | undefined
}

/** One parent of a resource, such as its project. */
export interface ScopeEntry {
  readonly id: string
  readonly name?: string | undefined
}

/** The parents of a resource by level: `{ project: { id, name } }`. */
export type Scope = { readonly [level: string]: ScopeEntry }

/** One changed value. `path` is a JSON pointer. `from` is absent when the old value is unknown or there was none. */
export interface Change {
  readonly path: string
  readonly from?: Json | undefined
  readonly to?: Json | undefined
}

/** The request in which an event occurred. */
export interface EventContext {
  readonly channel: Channel
  readonly ip: string | null
  readonly userAgent: string | null
  readonly requestId: string | null
  readonly traceId: string | null
  readonly method: string | null
  readonly route: string | null
}

/** The error of a failed action. */
export interface EventError {
  /** The HTTP status, if any. */
  readonly status?: number | undefined
  /** A stable error code of the host, or `aborted`. */
  readonly code?: string | undefined
  readonly message?: string | undefined
}

/** An event as a client sends it. The service fills in absent fields. */
export interface NewEvent {
  /** A UUIDv7 that holds the time of `occurredAt`. */
  readonly id?: string | undefined
  /** ISO 8601 in UTC. When `id` is set too, both must hold the same milliseconds. */
  readonly occurredAt?: string | undefined
  readonly tenantId?: string | undefined
  /** `category.verb`. */
  readonly action: string
  readonly kind?: Kind | undefined
  readonly status?: Status | undefined
  readonly actor: Actor
  readonly resource: Resource
  readonly scope?: Scope | undefined
  readonly description?: string | undefined
  readonly severity?: Severity | undefined
  readonly changes?: readonly Change[] | undefined
  readonly metadata?: JsonObject | undefined
  readonly error?: EventError | null | undefined
  /** The id of the event that caused this one. */
  readonly causedBy?: string | null | undefined
  readonly context?: { readonly [K in keyof EventContext]?: EventContext[K] | undefined } | undefined
  /** JSON pointers of the redacted values. */
  readonly redacted?: readonly string[] | undefined
}

/** An event with all defaults filled in, before it is stored. */
export interface CompleteEvent {
  readonly id: string
  readonly occurredAt: string
  readonly receivedAt: string
  readonly tenantId: string
  readonly action: string
  readonly category: string
  readonly kind: Kind
  readonly status: Status
  readonly actor: Actor
  readonly resource: Resource
  readonly scope: Scope
  readonly description: string
  readonly severity: Severity
  readonly changes: readonly Change[]
  readonly metadata: JsonObject
  readonly error: EventError | null
  readonly causedBy: string | null
  readonly context: EventContext
  readonly redacted: readonly string[]
}

/** A complete event with its canonical bytes and hashes, ready to be stored. */
export interface PreparedEvent extends CompleteEvent {
  /** SHA-256 of the event as sent. Distinguishes a duplicate from an id conflict. */
  readonly digest: Uint8Array
  /** The canonical bytes of the event. */
  readonly canonical: Uint8Array
  /** SHA-256(0x00 ‖ canonical). */
  readonly leafHash: Uint8Array
  /** Salted disclosures of the personal values. `canonical` holds only their digests. */
  readonly disclosures: readonly string[]
  /** Folded text for full-text search. */
  readonly searchText: string
}

/** A stored event, with its state in one viewer's inbox. */
export interface StoredEvent extends Omit<CompleteEvent, 'resource'> {
  /** The position in the tenant's ledger: 1, 2, 3, without gaps. */
  readonly seq: number
  readonly resource: Omit<Resource, 'href'> & { readonly href: string | null; readonly deleted: boolean }
  readonly seen: boolean
  readonly archived: boolean
}
