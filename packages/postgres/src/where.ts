import {
  type Filter,
  type FilterTerms,
  idFloor,
  type ReadScope,
  searchNeedles,
  timeRange,
  WhodidError,
} from '@whodid/core'
import type { InboxMarks } from './inbox.ts'
import { all, join, raw, type Sql, sql } from './sql.ts'
import { tables } from './tables.ts'

/** A filter as SQL over `e`, an event, and `x`, the viewer's exception for it. */
export interface Where {
  /** Everything but the reader's text. */
  readonly conditions: readonly Sql[]
  /** What the search text must contain, each. */
  readonly needles: readonly string[]
}

/** The events, each with the viewer's exception. Unless it is used, the planner removes the join. */
export const eventsOf = (scope: ReadScope): Sql => sql`${tables.events} e
  left join ${tables.inbox} x on x.tenant_id = e.tenant_id and x.viewer_id = ${scope.viewerId} and x.event_id = e.id`

/** Whether any filter asks for a part of the inbox. */
export const asksForInbox = (scope: ReadScope, filter: Filter): boolean =>
  [filter, ...scope.restrict].some((each) => each.inbox !== undefined)

/** All that must hold of an event which a viewer reads under a filter. */
export const whereOf = (scope: ReadScope, filter: Filter, marks: InboxMarks | null): Where => {
  const conditions = [sql`e.tenant_id = ${scope.tenantId}`, ...conditionsOf(scope, filter, marks, false)]
  for (const restriction of scope.restrict) {
    conditions.push(...conditionsOf(scope, restriction, marks, true))
    conditions.push(...searchNeedles(restriction.q ?? '').map(contains))
  }
  return { conditions, needles: searchNeedles(filter.q ?? '') }
}

/** Whether an event's search text has a needle in it. */
export const contains = (needle: string): Sql => sql`e.search_text like ${`%${needle.replace(/[\\%_]/g, '\\$&')}%`}`

/** The condition of a filter as a whole, text included: for queries that go through rows anyway. */
export const wholeCondition = (where: Where): Sql => all([...where.conditions, ...where.needles.map(contains)])

const conditionsOf = (
  scope: ReadScope,
  filter: Filter,
  marks: InboxMarks | null,
  restricts: boolean,
): readonly Sql[] => {
  const conditions = termsOf(filter, restricts)
  const { from, to } = timeRange(filter)
  if (from !== undefined) conditions.push(sql`e.id >= ${idAt(from)}`)
  if (to !== undefined) conditions.push(sql`e.id < ${idAt(to)}`)
  if (filter.not !== undefined) conditions.push(...termsOf(filter.not, false).map((term) => sql`(${term}) is not true`))
  if (filter.inbox !== undefined && marks !== null) conditions.push(inboxCondition(scope, filter.inbox, marks))
  return conditions
}

const idAt = (ms: number): string => idFloor(Math.min(Math.max(Math.ceil(ms), 0), 2 ** 48 - 1))

/**
 * An empty list is no condition in what a reader asks for, where it is a control with nothing chosen; in a restriction it
 * lets nothing through.
 */
const termsOf = (terms: FilterTerms, restricts: boolean): Sql[] => {
  if (terms.group !== undefined && terms.group.length > 0) {
    throw new WhodidError('invalid_input', 'A store knows no groups: expand them into categories by the catalog first.')
  }
  const conditions: Sql[] = []
  const add = (values: readonly string[] | undefined, condition: (values: readonly string[]) => Sql) => {
    if (values === undefined) return
    if (values.length > 0) conditions.push(condition(values))
    else if (restricts) conditions.push(raw('false'))
  }
  const among = (column: string) => (values: readonly string[]) => sql`e.${raw(column)} = any(${values}::text[])`
  add(terms.actor, actorIs)
  add(terms.action, among('action'))
  add(terms.category, among('category'))
  add(terms.kind, among('kind'))
  add(terms.resourceType, among('resource_type'))
  add(terms.resourceId, among('resource_id'))
  add(terms.project, among('project_id'))
  add(terms.status, (values) =>
    // The index holds only what did not succeed, and is used only when the query says so.
    values.includes('success') ? among('status')(values) : sql`e.status <> 'success' and ${among('status')(values)}`,
  )
  add(terms.channel, among('channel'))
  add(terms.severity, among('severity'))
  return conditions
}

const actorIs = (values: readonly string[]): Sql => {
  const addresses = values.filter((value) => value.includes('@'))
  const byId = sql`e.actor_id = any(${values}::text[])`
  if (addresses.length === 0) return byId
  const byAddress = sql`lower(e.actor_email) = any(${addresses.map((address) => address.toLowerCase())}::text[])`
  return sql`(${join([byId, byAddress], ' or ')})`
}

/** So few events past a watermark are looked up by seq; more are met soon enough on the way from the newest. */
const FEW = 10_000

const inboxCondition = (
  { tenantId, viewerId }: ReadScope,
  state: NonNullable<Filter['inbox']>,
  { headSeq, seenSeq, archivedSeq }: InboxMarks,
): Sql => {
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
