import {
  type Actor,
  type Change,
  diff,
  type EventError,
  type Json,
  type JsonObject,
  type Kind,
  redact,
  redactChanges,
  type Scope,
  type Severity,
  type Status,
} from '@whodid/core'
import { errorOf } from '../request/failure.ts'
import type { ActorInput, AnyMetadata, Details, ResourceInput } from './inputs.ts'

/** Part of an event, or all of it, without its secrets. Never changed: merging makes another one. */
export interface Draft {
  readonly id: string | undefined
  readonly action: string | undefined
  /** What `before` and `after` say was done. */
  readonly kind: Kind | undefined
  readonly type: string | undefined
  readonly resourceId: string | null | undefined
  readonly name: string | undefined
  readonly href: string | undefined
  readonly scope: Scope | undefined
  readonly description: string | undefined
  readonly severity: Severity | undefined
  readonly causedBy: string | null | undefined
  readonly error: EventError | null | undefined
  readonly status: Status | undefined
  readonly changes: readonly Change[] | undefined
  readonly metadata: JsonObject | undefined
  readonly actor: Actor | undefined
  readonly tenant: string | undefined
}

/** What {@link draftOf} takes: the input of `record`, of `annotate`, or what was inferred. */
export interface DraftInput extends Details {
  readonly id?: string | undefined
  readonly action?: string | undefined
  readonly resource?: ResourceInput | undefined
  readonly metadata?: AnyMetadata | undefined
}

/** Takes what was said as it stands now: values are compared and redacted here, since the host may change them later. */
export function draftOf(input: DraftInput, alsoSecret: readonly string[] | undefined): Draft {
  const also = alsoSecret === undefined ? {} : { also: alsoSecret }
  const metadata = input.metadata === undefined ? undefined : redact(input.metadata, also).value
  const { resource } = input
  return {
    id: input.id,
    action: input.action,
    kind: kindOf(input),
    type: resource?.type,
    resourceId: resource?.id === undefined || resource.id === null ? resource?.id : String(resource.id),
    name: textOf(resource?.name) ?? nameOf(input.after) ?? nameOf(input.before),
    href: resource?.href ?? undefined,
    scope: input.scope,
    description: input.description,
    severity: input.severity,
    causedBy: input.causedBy,
    error: input.error === undefined || input.error === null ? input.error : errorOf(input.error),
    status: input.status,
    changes: changesOf(input, also),
    metadata: isObject(metadata) ? metadata : undefined,
    actor: input.actor === undefined ? undefined : actorOf(input.actor),
    tenant: input.tenant,
  }
}

function kindOf({ before, after }: DraftInput): Kind | undefined {
  const had = before !== undefined && before !== null
  const has = after !== undefined && after !== null
  if (had) return has ? 'update' : 'delete'
  return has ? 'create' : undefined
}

function changesOf(input: DraftInput, also: { readonly also?: readonly string[] }): readonly Change[] | undefined {
  if (input.changes !== undefined) return redactChanges(input.changes, also).changes
  return kindOf(input) === undefined ? undefined : redactChanges(diff(input.before, input.after).changes, also).changes
}

/** What a row calls itself, in the fields that hold a name by custom. */
function nameOf(row: unknown): string | undefined {
  if (typeof row !== 'object' || row === null) return undefined
  for (const key of ['name', 'title', 'label']) {
    const name: unknown = Reflect.get(row, key)
    if (typeof name === 'string' && name !== '') return name
  }
  return undefined
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: string | null | undefined) {
  return value === null || value === '' ? undefined : value
}

/** The host's user as an actor. */
export function actorOf(input: ActorInput): Actor {
  const name = textOf(input.name)
  const email = textOf(input.email)
  return {
    type: input.type ?? 'user',
    // A host without types may have a user without an id.
    id: input.id === undefined || input.id === null ? '' : String(input.id),
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(input.onBehalfOf !== undefined && { onBehalfOf: input.onBehalfOf }),
    ...(input.impersonatedBy !== undefined && { impersonatedBy: input.impersonatedBy }),
  }
}

/** One draft of two that are about the same thing: what `over` says wins, metadata and changes are put together. */
export function fold(under: Draft, over: Draft): Draft {
  return {
    id: over.id ?? under.id,
    action: over.action ?? under.action,
    kind: over.kind ?? under.kind,
    type: over.type ?? under.type,
    resourceId: over.resourceId ?? under.resourceId,
    name: over.name ?? under.name,
    href: over.href ?? under.href,
    scope: over.scope === undefined ? under.scope : { ...under.scope, ...over.scope },
    description: over.description ?? under.description,
    severity: over.severity ?? under.severity,
    causedBy: over.causedBy === undefined ? under.causedBy : over.causedBy,
    error: over.error === undefined ? under.error : over.error,
    status: over.status ?? under.status,
    changes:
      under.changes === undefined || over.changes === undefined
        ? (over.changes ?? under.changes)
        : joined(under.changes, over.changes),
    metadata: over.metadata === undefined ? under.metadata : { ...under.metadata, ...over.metadata },
    actor: over.actor ?? under.actor,
    tenant: over.tenant ?? under.tenant,
  }
}

/** Changes told one after the other: from the first value to the last. */
function joined(first: readonly Change[], then: readonly Change[]): readonly Change[] {
  const byPath = new Map(first.map((change) => [change.path, change]))
  for (const { path, from, to } of then) {
    const origin = byPath.has(path) ? byPath.get(path)?.from : from
    byPath.set(path, { path, ...(origin !== undefined && { from: origin }), ...(to !== undefined && { to }) })
  }
  return [...byPath.values()]
}
