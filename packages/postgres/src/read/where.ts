import {
  type Filter,
  type FilterConditions,
  foldedPhrases,
  foldText,
  idFloor,
  needlesOfPhrase,
  type ReadScope,
  resourceOf,
  SEARCHED_FIELDS,
  type SearchedField,
  searchNeedles,
  timeRange,
  WhodidError,
} from '@whodid/core'
import { tables } from '../schema/tables.ts'
import { all, join, raw, type Sql, sql } from '../sql.ts'
import type { InboxMarks } from './inbox.ts'

/** A filter as SQL over `e`, an event, and `x`, the viewer's exception for it. */
export interface Where {
  /** Everything but the reader's text, if there is any to look for. */
  readonly conditions: readonly Sql[]
  /** How one index narrows events down; null where the conditions say no more than that, or are about the inbox. */
  readonly narrowed: Narrowed | null
  /** Those of the conditions that ask for nothing but one of some values, each by column; `candidates` takes them. */
  readonly terms: readonly Alternatives[]
  /** What the search text must contain, each: for an index, which alone does not say that an event matches. */
  readonly needles: readonly string[]
  /** What must hold of `e.search_text`, the needles among it; nothing where there is no needle. */
  readonly text: readonly Sql[]
  /** The same in parts, any of which may hold, where an index answers each and none answers all of them. */
  readonly parts: readonly Where[]
}

/** Those of the conditions that lead into an index. */
export interface Narrowed {
  readonly conditions: readonly Sql[]
  /** Whether the index holds what the others ask for, so that no event need be read for them. */
  readonly isCovering: boolean
}

/** Columns with the values of which one must be met. */
export type Alternatives = { readonly [column: string]: readonly string[] }

interface Term {
  readonly condition: Sql
  /** What must hold besides: all of it, and no more than the condition says. */
  readonly alternatives: readonly Alternatives[]
}

/** The events, each with the viewer's exception. Unless it is used, the planner removes the join. */
export function eventsOf(scope: ReadScope): Sql {
  return sql`${tables.events} e
  left join ${tables.inbox} x on x.tenant_id = e.tenant_id and x.viewer_id = ${scope.viewerId} and x.event_id = e.id`
}

/** Whether any filter asks for a part of the inbox. */
export function asksForInbox(scope: ReadScope, filter: Filter): boolean {
  return [filter, ...scope.restrict].some((each) => each.inbox !== undefined)
}

/** All that must hold of an event which a viewer reads under a filter. */
export function whereOf(scope: ReadScope, filter: Filter, marks: InboxMarks | null): Where {
  // One name alone is text to look for: the index knows the texts that have it at all.
  const names = filter.actor?.length || filter.actorName?.length !== 1 ? [] : filter.actorName
  const asked = names.length > 0 ? { ...filter, actorName: undefined } : filter
  const terms = [...termsOf(asked, false), ...scope.restrict.flatMap((restriction) => termsOf(restriction, true))]
  const filters = [filter, ...scope.restrict]
  const ofTenant = sql`e.tenant_id = ${scope.tenantId}`
  const conditions = [ofTenant, ...terms.map(({ condition }) => condition)]
  // A restriction to an actor whose id has an @ lets through whoever has that address, too.
  if (scope.ownOnly && scope.viewerId.includes('@')) conditions.push(sql`e.actor_id = ${scope.viewerId}`)
  conditions.push(...furtherConditions(scope, filter, marks))
  for (const restriction of scope.restrict) {
    conditions.push(...furtherConditions(scope, restriction, marks), ...textConditions(restriction, []))
  }
  const needles = [...searchNeedles(filter.q ?? ''), ...names.flatMap(needlesOfPhrase)]
  const hidden = scope.hidden ?? []
  // Where nothing is hidden, the needles say all that the words do.
  const further = textConditions(hidden.length > 0 ? filter : { not: filter.not }, hidden)
  const text = [...needles.map(contains), ...further, ...names.map(isNamed)]
  return {
    conditions: needles.length > 0 ? conditions : [...conditions, ...text],
    narrowed: asksForInbox(scope, filter) ? null : narrowedBy(terms, [ofTenant, ...filters.flatMap(rangeOf)]),
    terms: terms.flatMap(({ alternatives }) => alternatives),
    needles,
    text: needles.length > 0 ? text : [],
    parts: partsOf(filter).map((part) => whereOf(scope, part, marks)),
  }
}

/** More names than these are looked for in one event after the other. */
const MOST_NAMES = 8

/** Filters of which an event meets one when it meets this; none where this is best asked for as it is. */
function partsOf({ actor = [], actorName = [], ...rest }: Filter): readonly Filter[] {
  if (actorName.length + Math.min(actor.length, 1) < 2 || actorName.length > MOST_NAMES) return []
  const named = actorName.map((name) => ({ ...rest, actorName: [name] }))
  return actor.length > 0 ? [{ ...rest, actor }, ...named] : named
}

function has(text: Sql, phrase: string): Sql {
  return sql`${text} like ${`%${phrase.replace(/[\\%_]/g, '\\$&')}%`}`
}

function contains(needle: string): Sql {
  return has(raw('e.search_text'), needle)
}

function line(field: SearchedField): Sql {
  return raw(`split_part(e.search_text, chr(10), ${SEARCHED_FIELDS.indexOf(field) + 1})`)
}

/** The words that must occur, and those that must not, where a reader may look. */
function textConditions({ q = '', not }: Filter, hidden: readonly SearchedField[]): readonly Sql[] {
  const visible = SEARCHED_FIELDS.filter((field) => !hidden.includes(field)).map(line)
  const text =
    hidden.length === 0 ? raw('e.search_text') : sql`concat_ws(chr(10), ${join([raw('null'), ...visible], ', ')})`
  return [
    ...foldedPhrases(q).map((phrase) => has(text, phrase)),
    ...foldedPhrases(not?.q ?? '').map((phrase) => sql`not ${has(text, phrase)}`),
  ]
}

/** Whether the actor's name has a part in it. */
function isNamed(part: string): Sql {
  const folded = foldText(part)
  return folded === '' ? raw('false') : has(line('actor.name'), folded)
}

/** The condition of a filter as a whole, text included: for queries that go through rows anyway. */
export function wholeCondition(where: Where): Sql {
  return all([...where.conditions, ...where.text])
}

/** What a filter asks for beside values of columns. */
function furtherConditions(scope: ReadScope, filter: Filter, marks: InboxMarks | null): readonly Sql[] {
  const conditions = [...rangeOf(filter)]
  for (const { condition } of termsOf(filter.not ?? {}, false)) conditions.push(sql`(${condition}) is not true`)
  if (filter.inbox !== undefined && marks !== null) conditions.push(inboxCondition(scope, filter.inbox, marks))
  return conditions
}

function rangeOf(filter: Filter): readonly Sql[] {
  const { from, to } = timeRange(filter)
  return [
    ...(from === undefined ? [] : [sql`e.id >= ${idAt(from)}`]),
    ...(to === undefined ? [] : [sql`e.id < ${idAt(to)}`]),
  ]
}

/** Columns that lead an index, those of the fewest events first. */
const LEADING = ['resource_id', 'actor_id', 'project_id', 'status', 'action', 'category', 'resource_type']
/** Columns that the indexes have at hand beside those that lead them, and those that some have besides. */
const COVERED = ['action', 'category', 'kind', 'status', 'channel', 'severity']
const COVERED_BY: Readonly<Record<string, readonly string[]>> = {
  actor_id: ['resource_type', 'project_id'],
  project_id: ['resource_type'],
}

/** By the term that the fewest events are likely to meet. */
function narrowedBy(terms: readonly Term[], conditions: readonly Sql[]): Narrowed | null {
  const leads = (column: string) => (term: Term) =>
    term.alternatives.some((each) => column in each && !each.status?.includes('success'))
  const column = LEADING.find((each) => terms.some(leads(each)))
  // An index on ids of resources is one on their types before.
  const leading = column === 'resource_id' ? ['resource_id', 'resource_type'] : [column ?? '']
  const narrowing = [...new Set(leading.flatMap((each) => terms.find(leads(each)) ?? []))]
  const rest = terms.filter((term) => !narrowing.includes(term))
  if (rest.length === 0) return null
  const covered = [...COVERED, ...(COVERED_BY[column ?? ''] ?? [])]
  const columns = rest.flatMap((term) => term.alternatives.flatMap(Object.keys))
  return {
    conditions: [...conditions, ...narrowing.map(({ condition }) => condition)],
    isCovering:
      rest.every(({ alternatives }) => alternatives.length > 0) && columns.every((each) => covered.includes(each)),
  }
}

function idAt(ms: number): string {
  return idFloor(Math.min(Math.max(Math.ceil(ms), 0), 2 ** 48 - 1))
}

/**
 * An empty list is no condition in what a reader asks for, where it is a control with nothing chosen; in a restriction it
 * lets nothing through.
 */
function termsOf(terms: FilterConditions, restricts: boolean): Term[] {
  if (terms.group !== undefined && terms.group.length > 0) {
    throw new WhodidError('invalid_input', 'A store knows no groups: expand them into categories by the catalog first.')
  }
  const found: Term[] = []
  const add = (values: readonly string[] | undefined, term: (values: readonly string[]) => Term) => {
    if (values === undefined) return
    if (values.length > 0) found.push(term(values))
    else if (restricts) found.push({ condition: raw('false'), alternatives: [{}] })
  }
  add(terms.actorName, (names) => actorIsOrIsNamed(terms.actor ?? [], names))
  if (!terms.actorName?.length) add(terms.actor, actorIs)
  add(terms.action, among('action'))
  add(terms.category, among('category'))
  add(terms.kind, among('kind'))
  add(terms.resource, resourceIs)
  add(terms.resourceType, among('resource_type'))
  add(terms.resourceId, among('resource_id'))
  add(terms.project, among('project_id'))
  add(terms.status, (values) => {
    const term = among('status')(values)
    // The index holds only what did not succeed, and is used only when the query says so.
    return values.includes('success') ? term : { ...term, condition: sql`e.status <> 'success' and ${term.condition}` }
  })
  add(terms.channel, among('channel'))
  add(terms.severity, among('severity'))
  return found
}

function oneOf(alternatives: Alternatives): Term {
  const each = Object.entries(alternatives).map(([column, values]) => isAny(sql`e.${raw(column)}`, values))
  return { alternatives: [alternatives], condition: sql`(${join(each, ' or ')})` }
}

// One value stands by itself: an index gives its events in their order, which it does not for a list.
function isAny(column: Sql, values: readonly string[]): Sql {
  return values.length === 1 ? sql`${column} = ${values[0] ?? null}` : sql`${column} = any(${values}::text[])`
}

function among(column: string) {
  return (values: readonly string[]) => oneOf({ [column]: values })
}

function actorIs(values: readonly string[]): Term {
  const addresses = values.filter((value) => value.includes('@')).map((address) => address.toLowerCase())
  return oneOf({ actor_id: values, ...(addresses.length > 0 && { actor_address: addresses }) })
}

function actorIsOrIsNamed(actors: readonly string[], names: readonly string[]): Term {
  const alternatives = [...(actors.length > 0 ? [actorIs(actors).condition] : []), ...names.map(isNamed)]
  return { alternatives: [], condition: sql`(${join(alternatives, ' or ')})` }
}

function resourceIs(values: readonly string[]): Term {
  const resources = values.flatMap((value) => resourceOf(value) ?? [])
  const each = resources.map(({ type, id }) => sql`(e.resource_type = ${type} and e.resource_id = ${id})`)
  return {
    alternatives: [
      { resource_type: resources.map(({ type }) => type) },
      { resource_id: resources.map(({ id }) => id) },
    ],
    condition: each.length > 0 ? sql`(${join(each, ' or ')})` : raw('false'),
  }
}

/** So few events past a watermark are looked up by seq; more are met soon enough on the way from the newest. */
const FEW = 10_000

function inboxCondition(
  { tenantId, viewerId }: ReadScope,
  state: NonNullable<Filter['inbox']>,
  { headSeq, seenSeq, archivedSeq }: InboxMarks,
): Sql {
  const seen = sql`coalesce(x.seen, e.seq <= ${seenSeq})`
  const archived = sql`coalesce(x.archived, e.seq <= ${archivedSeq})`
  const exceptions = (column: string, value: boolean) => sql`
    select event_id from ${tables.inbox}
    where tenant_id = ${tenantId} and viewer_id = ${viewerId} and ${raw(column)} = ${value}`
  const pastMark = (mark: number, column: string) => sql`e.id in (
    select event_id from ${tables.ledger} where tenant_id = ${tenantId} and seq > ${mark}
    union all ${exceptions(column, false)})`
  const isFew = (mark: number) => mark > 0 && headSeq - mark <= FEW

  if (state === 'archived') {
    return archivedSeq === 0 ? sql`e.id in (${exceptions('archived', true)})` : sql`${archived}`
  }
  const conditions = [sql`not ${archived}`]
  if (state === 'unread') conditions.push(sql`not ${seen}`)
  if (state === 'unread' && isFew(seenSeq)) conditions.push(pastMark(seenSeq, 'seen'))
  else if (isFew(archivedSeq)) conditions.push(pastMark(archivedSeq, 'archived'))
  return all(conditions)
}
