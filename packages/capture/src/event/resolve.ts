import {
  type Catalog,
  type CatalogData,
  type Change,
  type EventError,
  findAction,
  pointerOf,
  redact,
} from '@whodid/core'
import { isBag } from '../infer/bodies.ts'
import type { Inference } from '../infer/infer.ts'
import { type Draft, fold } from './draft.ts'
import { actionOf, areOne, isAddressed, withInference } from './merge.ts'

/** A draft that is an event to be. */
export type Told = Draft & { readonly action: string; readonly id: string }

/** What was said and done during one request. */
export interface Said {
  /** What the host recorded, not yet handed over. */
  readonly records: readonly Told[]
  /** What the host recorded that was handed over at once. */
  readonly gone: readonly Told[]
  readonly annotations: readonly Draft[]
  /** What method, route and bodies say; none when this request is not to be captured. */
  readonly inferences: readonly Inference[]
  readonly failure: EventError | undefined
}

/** What {@link settle} needs to know beside what was said. */
export interface SettleOptions {
  readonly catalog: Catalog<CatalogData, object>
  readonly alsoSecret: readonly string[] | undefined
  /** The id of the request's own event, then of others. */
  readonly nextId: () => string
}

/**
 * The events of a request: facets of one action become one event. What the host says of a resource wins over what its data
 * layer says, and that over what was inferred, which stands alone only when nobody else said anything. A request that failed
 * claims nothing: it is one event.
 */
export function settle(said: Said, options: SettleOptions): readonly Told[] {
  const { failure } = said
  const [inference] = said.inferences
  if (said.records.length + said.gone.length + said.annotations.length === 0) {
    return said.inferences.map((each) => inferredTold(each, failure, options))
  }
  const records = [...said.records]
  const rows: Draft[] = []
  const loose: Draft[] = []
  for (const annotation of said.annotations) {
    if (!isAddressed(annotation)) loose.push(annotation)
    else if (!foldIntoRecord(records, annotation) && !said.gone.some((told) => areOne(told, annotation)))
      foldIntoRows(rows, annotation)
  }
  const own = records.filter((record) => !isOfSystem(record))
  const isTold = own.length > 0 || said.gone.some((record) => !isOfSystem(record))
  if (failure !== undefined) keepOne(rows, inference, isTold)

  const subjects = isTold ? [...own, ...rows] : withInferred(rows, said.inferences, options)
  const [first, ...others] = lead(subjects, inference)
  const extra = loose.reduce<Draft | undefined>((all, each) => (all === undefined ? each : fold(all, each)), undefined)
  const primary = withExtra(first, extra, rows.length === 0 && !isTold ? inference : undefined, options)
  const told = [primary, ...others].flatMap((draft) => toldOf(draft, options))
  const cause = told[0]?.id
  const caused = records
    .filter(isOfSystem)
    .map((record) => ({ ...record, causedBy: record.causedBy === undefined ? cause : record.causedBy }))
  const all = [...told, ...caused]
  return failure === undefined ? all : all.map((draft) => failed(draft, failure))
}

function isOfSystem(record: Draft) {
  return record.actor?.type === 'system'
}

function foldIntoRecord(records: Told[], annotation: Draft): boolean {
  const at = records.findIndex((record) => areOne(record, annotation))
  const record = records[at]
  if (record === undefined) return false
  records[at] = { ...fold(annotation, record), action: record.action, id: record.id }
  return true
}

function foldIntoRows(rows: Draft[], annotation: Draft): void {
  const at = rows.findIndex((row) => areOne(row, annotation))
  const row = rows[at]
  if (row === undefined) rows.push(annotation)
  else rows[at] = fold(row, annotation)
}

function keepOne(rows: Draft[], inference: Inference | undefined, isTold: boolean): void {
  const kept = isTold
    ? undefined
    : (rows.find((row) => inference === undefined || isAbout(row, inference)) ??
      (rows.length === 1 ? rows[0] : undefined))
  rows.splice(0, rows.length, ...(kept === undefined ? [] : [kept]))
}

function withInferred(rows: readonly Draft[], inferences: readonly Inference[], options: SettleOptions): Draft[] {
  if (rows.length === 0) return inferences.map((inference) => inferredDraft(inference, options))
  const [inference] = inferences
  if (inference === undefined) return [...rows]
  const main = rows.find((row) => isAbout(row, inference)) ?? (rows.length === 1 ? rows[0] : undefined)
  return rows.map((row) => (row === main ? withInference(row, inference, isDeclared(options)) : row))
}

function isAbout(row: Draft, inference: Inference): boolean {
  return row.type === inference.type && (inference.id === null || inference.id === row.resourceId)
}

function isDeclared(options: SettleOptions) {
  return (action: string) => findAction(options.catalog.json, action) !== undefined
}

/** The event that stands alone, as most do. */
function inferredTold(inference: Inference, failure: EventError | undefined, options: SettleOptions): Told {
  const draft = inferredDraft(inference, options)
  return { ...draft, id: options.nextId(), status: failure && 'failure', error: failure }
}

function inferredDraft(inference: Inference, { alsoSecret }: SettleOptions): Draft & { readonly action: string } {
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
    changes: sentChanges(inference.sent, alsoSecret),
    metadata: inference.metadata,
    actor: undefined,
    tenant: undefined,
  }
}

/** What an update sent, as changes whose former values nobody told. */
function sentChanges(sent: unknown, alsoSecret: readonly string[] | undefined): readonly Change[] | undefined {
  if (!isBag(sent)) return undefined
  const { value } = redact(sent, { also: alsoSecret })
  if (!isBag(value)) return undefined
  const changes: Change[] = []
  for (const [key, to] of Object.entries(value)) {
    if (key !== 'id' && key !== '_id') changes.push({ path: pointerOf([key]), to })
  }
  return changes
}

/** The subject that the request itself is about comes first. */
function lead(subjects: readonly Draft[], inference: Inference | undefined): readonly Draft[] {
  const at = inference === undefined ? -1 : subjects.findIndex((draft) => isAbout(draft, inference))
  const main = subjects[at]
  return main === undefined || at === 0 ? subjects : [main, ...subjects.slice(0, at), ...subjects.slice(at + 1)]
}

/** What was said without naming a resource belongs to the first subject, or makes one with what was inferred. */
function withExtra(
  subject: Draft | undefined,
  extra: Draft | undefined,
  inference: Inference | undefined,
  options: SettleOptions,
): Draft | undefined {
  if (extra === undefined) return subject
  if (subject === undefined) return extra
  if (inference === undefined) return subject.id === undefined ? fold(subject, extra) : fold(extra, subject)
  const category = extra.action?.slice(0, extra.action.indexOf('.'))
  const named = extra.type === undefined && category !== undefined ? { ...extra, type: category } : extra
  const whole = withInference(named, inference, isDeclared(options))
  return {
    ...fold({ ...subject, kind: undefined, changes: undefined }, whole),
    changes: extra.changes ?? subject.changes,
  }
}

function toldOf(draft: Draft | undefined, options: SettleOptions): Told[] {
  if (draft === undefined) return []
  const action = actionOf(draft)
  return action === undefined ? [] : [{ ...draft, action, id: draft.id ?? options.nextId() }]
}

function failed(draft: Told, failure: EventError): Told {
  if (draft.status === 'success') return draft
  const error = draft.error ?? failure
  // What was written before a failure is rolled back, for all we know; a client that left rolls nothing back.
  return { ...draft, status: 'failure', error, changes: failure.code === 'aborted' ? draft.changes : undefined }
}
