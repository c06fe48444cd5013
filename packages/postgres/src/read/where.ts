import { type Filter, type FilterConditions, type ReadScope, type SearchedField, WhodidError } from '@whodid/core'
import { getMinId } from '@whodid/core/event'
import {
  foldPhrases,
  foldText,
  getPhraseNeedles,
  getSearchNeedles,
  parseResourceRef,
  parseTimeRange,
  SEARCHED_FIELDS,
} from '@whodid/core/filter'
import { tables } from '../schema/tables.ts'
import { join, joinAnd, raw, type Sql, sql } from '../sql.ts'
import type { Watermarks } from './inbox.ts'

/** A filter as SQL over `e`, an event, and `x`, the viewer's inbox exception for it. */
export interface Where {
  /** All conditions except those on the reader's search text. */
  readonly conditions: readonly Sql[]
  /** The conditions that one index can answer. Null if it answers all of them, or if the filter uses the inbox. */
  readonly indexCondition: IndexCondition | null
  /** The conditions on column values, for `search_candidates`. */
  readonly columnValues: readonly ColumnValues[]
  /** Substrings that the search text must contain, for the trigram index. An event with all of them may still not match. */
  readonly substrings: readonly string[]
  /** The conditions on `e.search_text`. Empty without substrings. */
  readonly textConditions: readonly Sql[]
  /** Alternatives that can each use an index. An event matches if it matches any of them. */
  readonly branches: readonly Where[]
}

/** The conditions that one index can answer. */
interface IndexCondition {
  readonly conditions: readonly Sql[]
  /** True if the index contains the columns of all other conditions, so that no event has to be read. */
  readonly isCovering: boolean
}

/** Columns and values. An event matches if any column has one of its values. */
type ColumnValues = { readonly [column: string]: readonly string[] }

interface Condition {
  readonly sql: Sql
  /** The same condition as column values that must all match. Empty if it cannot be expressed as column values. */
  readonly columnValues: readonly ColumnValues[]
}

/** Joins events as `e` with the viewer's inbox exceptions as `x`. The planner removes the join if `x` is not used. */
export function eventsWithInbox(scope: ReadScope): Sql {
  return sql`${tables.events} e
  left join ${tables.inbox} x on x.tenant_id = e.tenant_id and x.viewer_id = ${scope.viewerId} and x.event_id = e.id`
}

/** Checks if a filter or restriction uses the inbox. */
export function usesInbox(scope: ReadScope, filter: Filter): boolean {
  return [filter, ...scope.restrict].some(({ inbox }) => inbox !== undefined)
}

/** Builds the conditions for a viewer's read under a filter. */
export function buildWhere(scope: ReadScope, filter: Filter, watermarks: Watermarks | null): Where {
  // A single name is searched as text, because the trigram index can find it.
  const names = filter.actor?.length || filter.actorName?.length !== 1 ? [] : filter.actorName
  const columnFilter = names.length > 0 ? { ...filter, actorName: undefined } : filter
  const columnConditions = [
    ...buildConditions(columnFilter, false),
    ...scope.restrict.flatMap((restriction) => buildConditions(restriction, true)),
  ]
  const filters = [filter, ...scope.restrict]
  const isTenant = sql`e.tenant_id = ${scope.tenantId}`
  const conditions = [isTenant, ...columnConditions.map((condition) => condition.sql)]
  // A restriction to an actor id with an @ also matches the actor with that email address.
  if (scope.ownOnly && scope.viewerId.includes('@')) conditions.push(sql`e.actor_id = ${scope.viewerId}`)
  conditions.push(...buildOtherConditions(scope, filter, watermarks))
  for (const restriction of scope.restrict) {
    conditions.push(...buildOtherConditions(scope, restriction, watermarks), ...buildTextConditions(restriction, []))
  }
  const substrings = [...getSearchNeedles(filter.q ?? ''), ...names.flatMap(getPhraseNeedles)]
  const hidden = scope.hidden ?? []
  // If no field is hidden, the conditions on the substrings already cover the words.
  const otherText = buildTextConditions(hidden.length > 0 ? filter : { not: filter.not }, hidden)
  const textConditions = [...substrings.map(containsText), ...otherText, ...names.map(hasActorName)]
  return {
    conditions: substrings.length > 0 ? conditions : [...conditions, ...textConditions],
    indexCondition: usesInbox(scope, filter)
      ? null
      : narrowByIndex(columnConditions, [isTenant, ...filters.flatMap(buildRange)]),
    columnValues: columnConditions.flatMap(({ columnValues }) => columnValues),
    substrings,
    textConditions: substrings.length > 0 ? textConditions : [],
    branches: splitByActor(filter).map((branch) => buildWhere(scope, branch, watermarks)),
  }
}

/** Maximum actor names that are searched with the index. With more names, every event is checked. */
const MAX_INDEXED_NAMES = 8

/**
 * Splits a filter by its actor ids and names. Together, the parts match the same events as the filter. Empty if splitting does
 * not help.
 */
function splitByActor({ actor = [], actorName = [], ...rest }: Filter): readonly Filter[] {
  if (actorName.length + Math.min(actor.length, 1) < 2 || actorName.length > MAX_INDEXED_NAMES) return []
  const byName = actorName.map((name) => ({ ...rest, actorName: [name] }))
  return actor.length > 0 ? [{ ...rest, actor }, ...byName] : byName
}

function includesPhrase(text: Sql, phrase: string): Sql {
  return sql`${text} like ${`%${phrase.replace(/[\\%_]/g, '\\$&')}%`}`
}

function containsText(substring: string): Sql {
  return includesPhrase(raw('e.search_text'), substring)
}

/** Returns the line of the search text that holds a field. */
function selectField(field: SearchedField): Sql {
  return raw(`split_part(e.search_text, chr(10), ${SEARCHED_FIELDS.indexOf(field) + 1})`)
}

/** Builds conditions for the words that must and must not occur in the fields that the reader may search. */
function buildTextConditions({ q = '', not }: Filter, hidden: readonly SearchedField[]): readonly Sql[] {
  const visible = SEARCHED_FIELDS.filter((field) => !hidden.includes(field)).map(selectField)
  const text =
    hidden.length === 0 ? raw('e.search_text') : sql`concat_ws(chr(10), ${join([raw('null'), ...visible], ', ')})`
  return [
    ...foldPhrases(q).map((phrase) => includesPhrase(text, phrase)),
    ...foldPhrases(not?.q ?? '').map((phrase) => sql`not ${includesPhrase(text, phrase)}`),
  ]
}

/** Matches actors whose name contains `part`. */
function hasActorName(part: string): Sql {
  const folded = foldText(part)
  return folded === '' ? raw('false') : includesPhrase(selectField('actor.name'), folded)
}

/** Combines all conditions, including those on text, for queries that do not use the text index. */
export function combineConditions(where: Where): Sql {
  return joinAnd([...where.conditions, ...where.textConditions])
}

/** Builds the time range, the exclusions and the inbox condition of a filter. */
function buildOtherConditions(scope: ReadScope, filter: Filter, watermarks: Watermarks | null): readonly Sql[] {
  const conditions = [...buildRange(filter)]
  for (const excluded of buildConditions(filter.not ?? {}, false)) conditions.push(sql`(${excluded.sql}) is not true`)
  if (filter.inbox !== undefined && watermarks !== null) {
    conditions.push(buildInboxCondition(scope, filter.inbox, watermarks))
  }
  return conditions
}

function buildRange(filter: Filter): readonly Sql[] {
  if (filter.from === undefined && filter.to === undefined) return []
  const { from, to } = parseTimeRange(filter)
  return [
    ...(from === undefined ? [] : [sql`e.id >= ${toMinId(from)}`]),
    ...(to === undefined ? [] : [sql`e.id < ${toMinId(to)}`]),
  ]
}

/** Columns that are the first of an index, the most selective one first. */
const LEADING_COLUMNS = ['resource_id', 'actor_id', 'project_id', 'status', 'action', 'category', 'resource_type']
/** Columns that every index contains. */
const COVERED_COLUMNS = ['action', 'category', 'kind', 'status', 'channel', 'severity']
/** Further columns that an index contains, by its first column. */
const EXTRA_COVERED_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  actor_id: ['resource_type', 'project_id'],
  project_id: ['resource_type'],
}

function canLeadIndex(column: string) {
  return ({ columnValues }: Condition) =>
    columnValues.some((values) => column in values && !values.status?.includes('success'))
}

/** Finds the conditions of the index that is likely to leave the fewest events. */
function narrowByIndex(candidates: readonly Condition[], fixed: readonly Sql[]): IndexCondition | null {
  const column = LEADING_COLUMNS.find((each) => candidates.some(canLeadIndex(each)))
  // The index on resource ids has the resource type before the id.
  const indexColumns = column === 'resource_id' ? ['resource_id', 'resource_type'] : [column ?? '']
  const leading = [...new Set(indexColumns.flatMap((each) => candidates.find(canLeadIndex(each)) ?? []))]
  const others = candidates.filter((condition) => !leading.includes(condition))
  if (others.length === 0) return null
  const covered = [...COVERED_COLUMNS, ...(EXTRA_COVERED_COLUMNS[column ?? ''] ?? [])]
  const otherColumns = others.flatMap(({ columnValues }) => columnValues.flatMap(Object.keys))
  return {
    conditions: [...fixed, ...leading.map((condition) => condition.sql)],
    isCovering:
      others.every(({ columnValues }) => columnValues.length > 0) &&
      otherColumns.every((each) => covered.includes(each)),
  }
}

function toMinId(ms: number): string {
  return getMinId(Math.min(Math.max(Math.ceil(ms), 0), 2 ** 48 - 1))
}

/**
 * Builds the conditions on columns. In a reader's filter, an empty list means that nothing is selected, and it matches every
 * event. In a restriction, an empty list matches no event.
 */
function buildConditions(filter: FilterConditions, isRestriction: boolean): Condition[] {
  if (filter.group !== undefined && filter.group.length > 0) {
    throw new WhodidError(
      'invalid_input',
      'A store does not support `group`: expand it to categories with the catalog first.',
    )
  }
  const conditions: Condition[] = []
  const add = (values: readonly string[] | undefined, build: (values: readonly string[]) => Condition) => {
    if (values === undefined) return
    if (values.length > 0) conditions.push(build(values))
    else if (isRestriction) conditions.push({ sql: raw('false'), columnValues: [{}] })
  }
  add(filter.actorName, (names) => hasActorOrName(filter.actor ?? [], names))
  if (!filter.actorName?.length) add(filter.actor, hasActor)
  add(filter.action, hasColumn('action'))
  add(filter.category, hasColumn('category'))
  add(filter.kind, hasColumn('kind'))
  add(filter.resource, hasResource)
  add(filter.resourceType, hasColumn('resource_type'))
  add(filter.resourceId, hasColumn('resource_id'))
  add(filter.project, hasColumn('project_id'))
  add(filter.status, (values) => {
    const condition = hasColumn('status')(values)
    // The index is partial: it excludes success. The planner uses it only if the query contains the same predicate.
    return values.includes('success')
      ? condition
      : { ...condition, sql: sql`e.status <> 'success' and ${condition.sql}` }
  })
  add(filter.channel, hasColumn('channel'))
  add(filter.severity, hasColumn('severity'))
  return conditions
}

function hasAnyColumn(columnValues: ColumnValues): Condition {
  const each = Object.entries(columnValues).map(([column, values]) => equalsAny(sql`e.${raw(column)}`, values))
  return { columnValues: [columnValues], sql: sql`(${join(each, ' or ')})` }
}

// A single value uses `=`, so that an index returns the events in order. It does not for a list.
function equalsAny(column: Sql, values: readonly string[]): Sql {
  return values.length === 1 ? sql`${column} = ${values[0] ?? null}` : sql`${column} = any(${values}::text[])`
}

function hasColumn(column: string) {
  return (values: readonly string[]) => hasAnyColumn({ [column]: values })
}

/** Matches actors by id or email address. */
function hasActor(values: readonly string[]): Condition {
  const emails = values.filter((value) => value.includes('@')).map((email) => email.toLowerCase())
  return hasAnyColumn({ actor_id: values, ...(emails.length > 0 && { actor_email_lower: emails }) })
}

function hasActorOrName(actors: readonly string[], names: readonly string[]): Condition {
  const alternatives = [...(actors.length > 0 ? [hasActor(actors).sql] : []), ...names.map(hasActorName)]
  return { columnValues: [], sql: sql`(${join(alternatives, ' or ')})` }
}

function hasResource(values: readonly string[]): Condition {
  const resources = values.flatMap((value) => parseResourceRef(value) ?? [])
  const each = resources.map(({ type, id }) => sql`(e.resource_type = ${type} and e.resource_id = ${id})`)
  return {
    columnValues: [
      { resource_type: resources.map(({ type }) => type) },
      { resource_id: resources.map(({ id }) => id) },
    ],
    sql: each.length > 0 ? sql`(${join(each, ' or ')})` : raw('false'),
  }
}

/**
 * Maximum events past a watermark that are looked up by sequence number. With more, a scan from the newest event soon finds
 * matches.
 */
const MAX_LOOKUP = 10_000

function buildInboxCondition(
  { tenantId, viewerId }: ReadScope,
  state: NonNullable<Filter['inbox']>,
  { headSeq, seenSeq, archivedSeq }: Watermarks,
): Sql {
  const seen = sql`coalesce(x.seen, e.seq <= ${seenSeq})`
  const archived = sql`coalesce(x.archived, e.seq <= ${archivedSeq})`
  const exceptions = (column: string, value: boolean) => sql`
    select event_id from ${tables.inbox}
    where tenant_id = ${tenantId} and viewer_id = ${viewerId} and ${raw(column)} = ${value}`
  const pastWatermark = (watermark: number, column: string) => sql`e.id in (
    select event_id from ${tables.ledger} where tenant_id = ${tenantId} and seq > ${watermark}
    union all ${exceptions(column, false)})`
  const canLookUp = (watermark: number) => watermark > 0 && headSeq - watermark <= MAX_LOOKUP

  if (state === 'archived') {
    return archivedSeq === 0 ? sql`e.id in (${exceptions('archived', true)})` : sql`${archived}`
  }
  const conditions = [sql`not ${archived}`]
  if (state === 'unread') conditions.push(sql`not ${seen}`)
  if (state === 'unread' && canLookUp(seenSeq)) conditions.push(pastWatermark(seenSeq, 'seen'))
  else if (canLookUp(archivedSeq)) conditions.push(pastWatermark(archivedSeq, 'archived'))
  return joinAnd(conditions)
}
