import {
  type Actor,
  type Change,
  type EventError,
  type Json,
  type JsonObject,
  type Kind,
  redact,
  type Scope,
  type Severity,
  type Status,
} from '@whodid/core'
import { getVerbKind } from '@whodid/core/language'
import { diffAndRedact, redactChanges } from '@whodid/core/redact'
import { toEventError } from '../request/failure.ts'
import type { ActorInput, AnyMetadata, Details, ResourceInput } from './inputs.ts'

/** An event, or a part of one, without secrets. Immutable: merging creates a new draft. */
export interface Draft {
  readonly id: string | undefined
  readonly action: string | undefined
  /** The kind of change from `before` to `after`. */
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

/** A draft with an action. */
export type ActionDraft = Draft & { readonly action: string }

/** A draft with an action and an id: complete enough to become an event. */
export type ResolvedDraft = ActionDraft & { readonly id: string }

/** Input of {@link toDraft}: the arguments of `record` or `annotate`. */
interface DraftInput extends Details {
  readonly id?: string | undefined
  readonly action?: string | undefined
  readonly resource?: ResourceInput | undefined
  readonly metadata?: AnyMetadata | undefined
}

/** Converts input to a draft. Compares and redacts values immediately, because the host may change them later. */
export function toDraft(input: DraftInput, secretNames: readonly string[] | undefined): Draft {
  const also = secretNames === undefined ? {} : { also: secretNames }
  const metadata = input.metadata === undefined ? undefined : redact(input.metadata, also).value
  const { resource } = input
  return {
    id: input.id,
    action: input.action,
    kind: getKindOfChange(input),
    type: resource?.type,
    resourceId: resource?.id === undefined || resource.id === null ? resource?.id : String(resource.id),
    name: toText(resource?.name) ?? findRowName(input.after) ?? findRowName(input.before),
    href: resource?.href ?? undefined,
    scope: input.scope,
    description: input.description,
    severity: input.severity,
    causedBy: input.causedBy,
    error: input.error === undefined || input.error === null ? input.error : toEventError(input.error),
    status: input.status,
    changes: toChanges(input, also),
    metadata: isJsonObject(metadata) ? metadata : undefined,
    actor: input.actor === undefined ? undefined : toActor(input.actor),
    tenant: input.tenant,
  }
}

function getKindOfChange({ before, after }: DraftInput): Kind | undefined {
  const hadRow = before !== undefined && before !== null
  const hasRow = after !== undefined && after !== null
  if (hadRow) return hasRow ? 'update' : 'delete'
  return hasRow ? 'create' : undefined
}

function toChanges(input: DraftInput, also: { readonly also?: readonly string[] }): readonly Change[] | undefined {
  if (input.changes !== undefined) return redactChanges(input.changes, also).changes
  if (getKindOfChange(input) === undefined) return undefined
  return diffAndRedact(input.before, input.after, also)
}

function findRowName(row: unknown): string | undefined {
  if (typeof row !== 'object' || row === null) return undefined
  for (const key of ['name', 'title', 'label']) {
    const name: unknown = Reflect.get(row, key)
    if (typeof name === 'string' && name !== '') return name
  }
  return undefined
}

function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Converts a name or an email address. A JavaScript host may have other types. */
function toText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Converts the host's user to an actor. */
export function toActor(input: ActorInput): Actor {
  const name = toText(input.name)
  const email = toText(input.email)
  return {
    type: input.type ?? 'user',
    // A JavaScript host may have a user without an id.
    id: input.id === undefined || input.id === null ? '' : String(input.id),
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(input.onBehalfOf !== undefined && { onBehalfOf: input.onBehalfOf }),
    ...(input.impersonatedBy !== undefined && { impersonatedBy: input.impersonatedBy }),
  }
}

/** Merges two drafts about the same resource. Values of `over` take precedence. Metadata and changes are combined. */
export function mergeDrafts(under: Draft, over: ResolvedDraft): ResolvedDraft
export function mergeDrafts(under: Draft, over: ActionDraft): ActionDraft
export function mergeDrafts(under: Draft, over: Draft): Draft
export function mergeDrafts(under: Draft, over: Draft): Draft {
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
        : mergeChanges(under.changes, over.changes),
    metadata: over.metadata === undefined ? under.metadata : { ...under.metadata, ...over.metadata },
    actor: over.actor ?? under.actor,
    tenant: over.tenant ?? under.tenant,
  }
}

/** Merges successive changes. Each path keeps its first `from` and its last `to`. */
function mergeChanges(first: readonly Change[], second: readonly Change[]): readonly Change[] {
  const byPath = new Map(first.map((change) => [change.path, change]))
  for (const { path, from, to } of second) {
    const origin = byPath.has(path) ? byPath.get(path)?.from : from
    byPath.set(path, { path, ...(origin !== undefined && { from: origin }), ...(to !== undefined && { to }) })
  }
  return [...byPath.values()]
}

/** Checks if a draft has a complete resource. If not, it adds to the event of the request. */
export function hasResource(draft: Draft): boolean {
  return draft.type !== undefined && draft.resourceId !== undefined && draft.resourceId !== null
}

/** Checks if two drafts describe the same action: the same resource and compatible kinds. */
export function isSameAction(one: Draft, other: Draft): boolean {
  return getCategory(one) === getCategory(other) && one.resourceId === other.resourceId && hasSameKind(one, other)
}

function hasSameKind(one: Draft, other: Draft): boolean {
  const [kind, otherKind] = [getKind(one), getKind(other)]
  return kind === undefined || otherKind === undefined || kind === otherKind || isSoftAction(one, other)
}

function getCategory({ type, action }: Draft): string | undefined {
  return type ?? action?.slice(0, action.indexOf('.'))
}

/** Returns a key that drafts of the same resource share. */
function getResourceKey(draft: Draft): string {
  const { resourceId } = draft
  const id = resourceId === undefined || resourceId === null ? String(resourceId) : `=${resourceId}`
  return `${getCategory(draft)}\0${id}`
}

function getKind(draft: Draft): Kind | undefined {
  return draft.action === undefined ? draft.kind : getVerbKind(draft.action.slice(draft.action.indexOf('.') + 1))
}

/** Checks if one draft is an action and the other a row that it updated, such as a soft delete. */
function isSoftAction(one: Draft, other: Draft): boolean {
  const [named, row] = one.action === undefined ? [other, one] : [one, other]
  return named.action !== undefined && row.action === undefined && row.kind === 'update'
}

/** A list of drafts that finds a draft of the same action in constant time. */
export class DraftList<T extends Draft> {
  readonly items: T[] = []
  // Positions by resource. Only the first draft of each kind is listed, so that lookups stay fast.
  private readonly positions = new Map<string, number[]>()

  add(draft: T): void {
    const key = getResourceKey(draft)
    const positions = this.positions.get(key)
    const position = this.items.push(draft) - 1
    if (positions === undefined) this.positions.set(key, [position])
    else if (!positions.some((other) => this.hasSameSignature(other, draft))) positions.push(position)
  }

  /** Checks if there is a draft of the same action. */
  has(draft: Draft): boolean {
    return this.find(draft) !== undefined
  }

  /** Replaces the first draft of the same action. Returns false if there is none. */
  update(draft: Draft, replace: (item: T) => T): boolean {
    const found = this.find(draft)
    if (found === undefined) return false
    this.items[found.position] = replace(found.item)
    return true
  }

  private find(draft: Draft): { readonly item: T; readonly position: number } | undefined {
    for (const position of this.positions.get(getResourceKey(draft)) ?? []) {
      const item = this.items[position]
      if (item !== undefined && hasSameKind(item, draft)) return { item, position }
    }
    return undefined
  }

  private hasSameSignature(position: number, draft: Draft): boolean {
    const item = this.items[position]
    if (item === undefined) return false
    return (item.action === undefined) === (draft.action === undefined) && getKind(item) === getKind(draft)
  }
}

/** Drafts grouped by resource. */
export class DraftGroups {
  private readonly groups = new Map<string, Draft[]>()

  add(draft: Draft): void {
    const key = getResourceKey(draft)
    const group = this.groups.get(key)
    if (group === undefined) this.groups.set(key, [draft])
    else group.push(draft)
  }

  get(draft: Draft): readonly Draft[] {
    return this.groups.get(getResourceKey(draft)) ?? []
  }
}

const PLAIN_VERBS = { create: 'created', update: 'updated', delete: 'deleted' } as const

/** Returns the plain verb of a kind of change: `created` for `create`. */
export function getPlainVerb(kind: 'create' | 'update' | 'delete'): string {
  return PLAIN_VERBS[kind]
}

/** Returns the action of a draft without inference: its own action, or else `created`, `updated` or `deleted` by its rows. */
export function getAction(draft: Draft): string | undefined {
  if (draft.action !== undefined) return draft.action
  if (draft.type === undefined || draft.kind === undefined || draft.kind === 'other') return undefined
  return `${draft.type}.${getPlainVerb(draft.kind)}`
}
