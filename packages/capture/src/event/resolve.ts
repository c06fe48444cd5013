import { type Catalog, type CatalogData, type Change, EVENT_LIMITS, type EventError, redact } from '@whodid/core'
import { findAction } from '@whodid/core/catalog'
import { formatPointer } from '@whodid/core/redact'
import { isObject } from '../infer/identity.ts'
import type { Inference } from '../infer/infer.ts'
import { getByteLength, truncate } from './compose.ts'
import {
  type ActionDraft,
  type Draft,
  DraftList,
  getAction,
  getPlainVerb,
  hasResource,
  mergeDrafts,
  type ResolvedDraft,
} from './draft.ts'

/** The records, annotations and inferences of one request. */
export interface ResolveInput {
  /** Recorded events that wait for the end of the request. */
  readonly records: readonly ResolvedDraft[]
  /** Recorded events that were emitted immediately. */
  readonly emittedRecords: readonly ResolvedDraft[]
  readonly annotations: readonly Draft[]
  /** Actions inferred from the request. Empty when the request is not captured. */
  readonly inferences: readonly Inference[]
  readonly failure: EventError | undefined
}

/** Options for {@link resolveEvents}. */
export interface ResolveOptions {
  readonly catalog: Catalog<CatalogData, object>
  readonly secretNames: readonly string[] | undefined
  /** Returns the id of the request's own event first, then new ids. */
  readonly nextId: () => string
}

/**
 * Resolves the events of a request. All input about the same action becomes one event: recorded values override
 * annotations, and annotations override inference. Inference alone becomes an event only if nothing was recorded or
 * annotated. A failed request becomes one event without changes.
 */
export function resolveEvents(input: ResolveInput, options: ResolveOptions): readonly ResolvedDraft[] {
  const { failure, inferences } = input
  if (input.records.length + input.emittedRecords.length + input.annotations.length === 0) {
    return inferences.map((inference) => ({
      ...toInferredDraft(inference, options),
      id: options.nextId(),
      status: failure && 'failure',
      error: failure,
    }))
  }
  const { records, rows, extra } = mergeAnnotations(input)
  const [inference] = inferences
  const ownRecords = records.filter((record) => !isBySystem(record))
  const isRecorded = ownRecords.length > 0 || input.emittedRecords.some((record) => !isBySystem(record))
  const ownRows = failure === undefined ? rows : isRecorded ? [] : findMainRow(rows, inference)
  const subjects = isRecorded ? [...ownRecords, ...ownRows] : inferActions(ownRows, inferences, options)
  const [first, ...others] = moveMainDraftToFront(subjects, inference)
  const primary = addExtra(first, extra, ownRows.length === 0 && !isRecorded ? inference : undefined, options)
  const events = [primary, ...others].flatMap((draft) => toResolved(draft, options))
  const cause = events[0]?.id
  for (const record of records) {
    if (isBySystem(record))
      events.push({ ...record, causedBy: record.causedBy === undefined ? cause : record.causedBy })
  }
  return failure === undefined ? events : events.map((draft) => toFailed(draft, failure))
}

/** Merges annotations into the recorded events, into one row per action, and into one extra draft without a resource. */
function mergeAnnotations(input: ResolveInput): {
  readonly records: readonly ResolvedDraft[]
  readonly rows: readonly Draft[]
  readonly extra: Draft | undefined
} {
  const records = new DraftList<ResolvedDraft>()
  const emitted = new DraftList<ResolvedDraft>()
  const rows = new DraftList<Draft>()
  let extra: Draft | undefined
  for (const record of input.records) records.add(record)
  for (const record of input.emittedRecords) emitted.add(record)
  for (const annotation of input.annotations) {
    if (!hasResource(annotation)) {
      extra = extra === undefined ? annotation : mergeDrafts(extra, annotation)
      continue
    }
    const isMerged = records.update(annotation, (record) => mergeDrafts(annotation, record))
    if (isMerged || emitted.has(annotation)) continue
    if (!rows.update(annotation, (row) => mergeDrafts(row, annotation))) rows.add(annotation)
  }
  return { records: records.items, rows: rows.items, extra }
}

function isBySystem(record: Draft) {
  return record.actor?.type === 'system'
}

/** Returns the row of the resource that the request changes, or else the only row. */
function findMainRow(rows: readonly Draft[], inference: Inference | undefined): readonly Draft[] {
  const main = rows.find((row) => inference === undefined || isAbout(row, inference))
  if (main !== undefined) return [main]
  return rows.length === 1 ? rows : []
}

/** Sets the inferred action of the main row. Without rows, returns the inferred actions. */
function inferActions(
  rows: readonly Draft[],
  inferences: readonly Inference[],
  options: ResolveOptions,
): readonly Draft[] {
  if (rows.length === 0) return inferences.map((inference) => toInferredDraft(inference, options))
  const [inference] = inferences
  if (inference === undefined) return rows
  const main = rows.find((row) => isAbout(row, inference)) ?? (rows.length === 1 ? rows[0] : undefined)
  return rows.map((row) => (row === main ? applyInference(row, inference, options) : row))
}

function isAbout(draft: Draft, inference: Inference): boolean {
  return draft.type === inference.type && (inference.id === null || inference.id === draft.resourceId)
}

function toInferredDraft(inference: Inference, { secretNames }: ResolveOptions): ActionDraft {
  return {
    id: undefined,
    action: inference.action,
    kind: inference.kind,
    type: inference.type,
    resourceId: inference.id,
    name: inference.name,
    href: undefined,
    scope: inference.scope,
    description: undefined,
    severity: undefined,
    causedBy: undefined,
    error: undefined,
    status: undefined,
    changes: toSentChanges(inference.sentFields, secretNames),
    metadata: inference.metadata,
    actor: undefined,
    tenant: undefined,
  }
}

/** Converts the fields of an update to changes that have no `from`. */
function toSentChanges(sentFields: unknown, secretNames: readonly string[] | undefined): readonly Change[] | undefined {
  if (!isObject(sentFields)) return undefined
  const { value } = redact(sentFields, { also: secretNames })
  if (!isObject(value)) return undefined
  const changes: Change[] = []
  for (const [key, to] of Object.entries(value)) {
    if (key !== 'id' && key !== '_id') changes.push({ path: formatPointer([key]), to })
  }
  return changes
}

/** Adds the inferred type, id, name, and scope. The inferred verb is used unless the rows show another kind of change. */
function applyInference(draft: Draft, inference: Inference, { catalog }: ResolveOptions): Draft {
  const verb = inference.action.slice(inference.action.indexOf('.') + 1)
  const type = draft.type ?? inference.type
  const base: Draft = {
    ...draft,
    type,
    resourceId: draft.resourceId ?? inference.id,
    name: draft.name ?? inference.name,
    scope: draft.scope ?? inference.scope,
  }
  if (draft.action !== undefined) return base
  if (verb !== 'created' && verb !== 'updated' && verb !== 'deleted') {
    const action = `${type}.${verb}`
    if (type === inference.type) return { ...base, action: inference.action }
    if (findAction(catalog.json, action) !== undefined) return { ...base, action }
    if (draft.kind === undefined)
      return { ...base, action: inference.action.startsWith(`${inference.type}.`) ? action : inference.action }
  }
  if (draft.kind === undefined || draft.kind === 'other') return { ...base, action: `${type}.${verb}` }
  // A soft delete updates a row, but is still a deletion.
  if (draft.kind === 'update' && verb === 'deleted') return { ...base, action: `${type}.deleted` }
  return { ...base, action: `${type}.${getPlainVerb(draft.kind)}` }
}

/**
 * Returns every action that the annotations may get. Annotations are merged later, so the type of one may meet the kind of
 * another. Types outside the categories are left out.
 */
export function getPossibleActions(
  drafts: readonly Draft[],
  inferences: readonly Pick<Inference, 'action' | 'type'>[],
  categories: ReadonlySet<string>,
): readonly string[] {
  const actions = new Set<string>()
  const types = new Set(inferences.map(({ type }) => type))
  const verbs = new Set(inferences.map(({ action }) => action.slice(action.indexOf('.') + 1)))
  for (const { action, type, kind } of drafts) {
    if (action !== undefined) actions.add(action)
    if (type !== undefined) types.add(type)
    if (kind !== undefined && kind !== 'other') verbs.add(getPlainVerb(kind))
  }
  for (const type of types) {
    if (categories.has(type)) for (const verb of verbs) actions.add(`${type}.${verb}`)
  }
  return [...actions]
}

/** Moves the draft of the resource that the request changes to the front. */
function moveMainDraftToFront(drafts: readonly Draft[], inference: Inference | undefined): readonly Draft[] {
  const index = inference === undefined ? -1 : drafts.findIndex((draft) => isAbout(draft, inference))
  const main = drafts[index]
  return main === undefined || index === 0 ? drafts : [main, ...drafts.slice(0, index), ...drafts.slice(index + 1)]
}

/** Merges the annotations without a resource into the first subject. Returns them if there is no subject. */
function addExtra(
  subject: Draft | undefined,
  extra: Draft | undefined,
  inference: Inference | undefined,
  options: ResolveOptions,
): Draft | undefined {
  if (extra === undefined) return subject
  if (subject === undefined) return extra
  if (inference === undefined)
    return subject.id === undefined ? mergeDrafts(subject, extra) : mergeDrafts(extra, subject)
  const category = extra.action?.slice(0, extra.action.indexOf('.'))
  const typed = extra.type === undefined && category !== undefined ? { ...extra, type: category } : extra
  return {
    ...mergeDrafts({ ...subject, kind: undefined, changes: undefined }, applyInference(typed, inference, options)),
    changes: extra.changes ?? subject.changes,
  }
}

function toResolved(draft: Draft | undefined, options: ResolveOptions): ResolvedDraft[] {
  if (draft === undefined) return []
  const action = getAction(draft)
  return action === undefined ? [] : [{ ...draft, action, id: draft.id ?? options.nextId() }]
}

function toFailed(draft: ResolvedDraft, failure: EventError): ResolvedDraft {
  if (draft.status === 'success') return draft
  const error = draft.error ?? failure
  // A failed request probably rolled back its writes. A disconnect does not roll back anything.
  return { ...draft, status: 'failure', error, changes: failure.code === 'aborted' ? draft.changes : undefined }
}

/** Maximum events of one request that are not summarized. */
const MAX_EVENTS = 1_000
/** Maximum ids in a summary. */
const MAX_IDS = 1_000
/** Maximum bytes of the ids in a summary, which leaves room for the rest of the event. */
const MAX_IDS_BYTES = 45_000

/** Returns the first 1,000 events of a request, and one summary per action for the others. */
export function limitEvents(
  drafts: readonly ResolvedDraft[],
  nextId: () => string,
): { readonly events: readonly ResolvedDraft[]; readonly summarized: number } {
  if (drafts.length <= MAX_EVENTS) return { events: drafts, summarized: 0 }
  const groups = new Map<string, ResolvedDraft[]>()
  for (const draft of drafts.slice(MAX_EVENTS)) {
    const { action, type, tenant, actor, status, severity } = draft
    const key = JSON.stringify([action, type, tenant, actor, status, severity])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [draft])
    else group.push(draft)
  }
  const summaries = Array.from(groups.values(), (group) => summarize(group, nextId))
  return { events: [...drafts.slice(0, MAX_EVENTS), ...summaries.flat()], summarized: drafts.length - MAX_EVENTS }
}

function summarize(group: readonly ResolvedDraft[], nextId: () => string): ResolvedDraft[] {
  const [first] = group
  if (first === undefined) return []
  if (group.length === 1) return [first]
  const ids: string[] = []
  let bytes = 0
  for (const { resourceId } of group) {
    const id = truncate(resourceId, EVENT_LIMITS.id)
    if (id === undefined) continue
    bytes += getByteLength(JSON.stringify(id)) + 1
    if (ids.length === MAX_IDS || bytes > MAX_IDS_BYTES) break
    ids.push(id)
  }
  const noun = (first.type ?? first.action.slice(0, first.action.indexOf('.'))).replaceAll('_', ' ')
  const count = group.length.toLocaleString('en-US')
  return [
    {
      ...first,
      id: nextId(),
      resourceId: null,
      name: undefined,
      href: undefined,
      scope: undefined,
      changes: undefined,
      metadata: { count: group.length, ids },
      description: `… and ${count} more ${noun} events`,
    },
  ]
}
