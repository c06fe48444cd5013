/** Any value that survives JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** A JSON object, as metadata is. */
export type JsonObject = { readonly [key: string]: Json }

export const KINDS = ['create', 'update', 'delete', 'other'] as const
/** What an action does to its resource. */
export type Kind = (typeof KINDS)[number]

export const STATUSES = ['success', 'failure'] as const
/** Whether the action did what it set out to do. */
export type Status = (typeof STATUSES)[number]

export const SEVERITIES = ['info', 'warning', 'critical'] as const
/** How much attention an event deserves. */
export type Severity = (typeof SEVERITIES)[number]

export const CHANNELS = ['ui', 'api', 'system'] as const
/** Where the action came in: a person's screen, a program, or the host itself. */
export type Channel = (typeof CHANNELS)[number]

export const ACTOR_TYPES = ['user', 'system', 'api_key', 'service', 'agent'] as const
/** Who can act. */
export type ActorType = (typeof ACTOR_TYPES)[number]

/** The tenant of events that belong to no organisation, such as a failed login. Seen by operators only. */
export const NO_TENANT = '-'

/** The category of whodid's own events: views, exports, purges, gaps. */
export const AUDIT_CATEGORY = 'audit'

/** Stands where a secret stood. */
export const REDACTED = '[redacted]'

/** Stands where the name of somebody stood who was erased. */
export const FORMER_USER = 'A former user'

/** Somebody an actor acts for, or is impersonated by. */
export interface Person {
  readonly id: string
  readonly name?: string | undefined
}

/** Who did it. */
export interface Actor {
  readonly type: ActorType
  readonly id: string
  readonly name?: string | undefined
  readonly email?: string | undefined
  readonly onBehalfOf?: Person | undefined
  readonly impersonatedBy?: Person | undefined
}

/** The actor of a request that nobody signed. */
export const ANONYMOUS: Actor = { type: 'user', id: 'anonymous', name: 'Anonymous' }

/** The actor of an automated action. */
export const SYSTEM: Actor = { type: 'system', id: 'system', name: 'System' }

/** What was affected. `id` is null when there is none yet, as in a refused create. */
export interface Resource {
  readonly type: string
  readonly id: string | null
  readonly name?: string | undefined
  /** Overrules the catalog's link template. Relative or http(s). */
  readonly href?: string | undefined
}

/** One level of where a resource belongs, for example its project. */
export interface ScopeEntry {
  readonly id: string
  readonly name?: string | undefined
}

/** Where a resource belongs, by level: `{ project: { id, name } }`. */
export type Scope = { readonly [level: string]: ScopeEntry }

/** One changed value. `path` is a JSON pointer; `from` is absent when the former value is not known. */
export interface Change {
  readonly path: string
  readonly from?: Json | undefined
  readonly to?: Json | undefined
}

/** From where, and in which request. */
export interface EventContext {
  readonly channel: Channel
  readonly ip: string | null
  readonly userAgent: string | null
  readonly requestId: string | null
  readonly traceId: string | null
  readonly method: string | null
  readonly route: string | null
}

/** Why an action failed. */
export interface EventError {
  /** The HTTP status, when there was one. */
  readonly status?: number | undefined
  /** A stable code of the host's, or `aborted`. */
  readonly code?: string | undefined
  readonly message?: string | undefined
}

/** An event as a client sends it. What is optional is made by the service when absent. */
export interface NewEvent {
  /** UUIDv7 of `occurredAt`. */
  readonly id?: string | undefined
  /** ISO 8601, UTC. Equal to the milliseconds of `id` when both are given. */
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
  /** The id of the event that brought this one about. */
  readonly causedBy?: string | null | undefined
  readonly context?: { readonly [K in keyof EventContext]?: EventContext[K] | undefined } | undefined
  /** JSON pointers of the values that were redacted. */
  readonly redacted?: readonly string[] | undefined
}

/** An event with every default filled in, before it has its place in the ledger. */
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

/** A complete event with its bytes: what a store inserts. */
export interface PreparedEvent extends CompleteEvent {
  /** SHA-256 of what the client sent, to tell a duplicate from a conflict. */
  readonly digest: Uint8Array
  /** The canonical bytes of the event. */
  readonly canonical: Uint8Array
  /** SHA-256(0x00 ‖ canonical). */
  readonly leafHash: Uint8Array
  /** The salted disclosures of the personal values, which stand in `canonical` as digests only. */
  readonly disclosures: readonly string[]
  /** Folded text that free-text search looks through. */
  readonly searchText: string
}

/** An event as a reader gets it: complete, sealed, and seen from one viewer's inbox. */
export interface StoredEvent extends Omit<CompleteEvent, 'resource'> {
  /** Its place in the tenant's ledger: 1, 2, 3, without a gap. */
  readonly seq: number
  readonly resource: Omit<Resource, 'href'> & { readonly href: string | null; readonly deleted: boolean }
  readonly seen: boolean
  readonly archived: boolean
}
