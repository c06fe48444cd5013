import { AUDIT_CATEGORY, type Filter, type InboxChange, type ReadScope } from '@whodid/core'
import { isEventId } from '@whodid/core/event'
import type { Db, Queries } from '../db.ts'
import { tables } from '../schema/tables.ts'
import { joinAnd, raw, type Sql, sql } from '../sql.ts'
import { buildWhere, combineConditions, eventsWithInbox } from './where.ts'

/**
 * A viewer's watermarks. Events up to a watermark are seen or archived and later ones are not, with the exceptions in the inbox
 * table. For a new viewer both are 0, so everything is unread.
 */
export interface Watermarks {
  readonly headSeq: number
  readonly seenSeq: number
  readonly archivedSeq: number
}

/** The highest number of changes that is returned. */
const MAX_CHANGED_COUNT = 10_000

export async function readWatermarks(queries: Queries, { tenantId, viewerId }: ReadScope): Promise<Watermarks> {
  const [row] = await queries.query<{ head_seq: number; seen_seq: number; archived_seq: number }>(sql`
    select
      coalesce((select seq from ${tables.ledgerHead} where tenant_id = ${tenantId}), 0) as head_seq,
      coalesce(max(seen_seq), 0) as seen_seq, coalesce(max(archived_seq), 0) as archived_seq
    from ${tables.inboxWatermark} where tenant_id = ${tenantId} and viewer_id = ${viewerId}`)
  return { headSeq: row?.head_seq ?? 0, seenSeq: row?.seen_seq ?? 0, archivedSeq: row?.archived_seq ?? 0 }
}

/** The flag that a change sets, and its new value. */
interface FlagChange {
  readonly flag: 'seen' | 'archived'
  readonly value: boolean
}

const flagChanges: { readonly [to in InboxChange['to']]: FlagChange } = {
  seen: { flag: 'seen', value: true },
  unseen: { flag: 'seen', value: false },
  archived: { flag: 'archived', value: true },
  unarchived: { flag: 'archived', value: false },
}

/**
 * Changes a viewer's inbox. "All" without a filter moves the watermark to the newest event. Anything narrower writes exceptions.
 * Returns the number of visible events that changed, at most 10,000.
 */
export function changeInbox(
  db: Db,
  scope: ReadScope,
  { to, which }: InboxChange,
): Promise<{ readonly changed: number }> {
  return db.tx('reader', scope.tenantId, async (queries) => {
    const change = flagChanges[to]
    const watermarks = await readWatermarks(queries, scope)
    if ('ids' in which) {
      const ids = [...new Set(which.ids.map((id) => id.toLowerCase()))].filter(isEventId)
      const where = combineConditions(buildWhere(scope, {}, watermarks))
      return {
        changed: await writeExceptions(
          queries,
          scope,
          change,
          sql`${where} and e.id = any(${ids}::uuid[])`,
          watermarks,
        ),
      }
    }
    const where = combineConditions(buildWhere(scope, which.filter, watermarks))
    if (!coversInbox(which.filter, change)) {
      return { changed: await writeExceptions(queries, scope, change, where, watermarks) }
    }
    const [changing] = await queries.query<{ count: number }>(sql`
      select count(*) as count from (
        select 1 from ${eventsWithInbox(scope)} where ${where} and ${isDifferent(change, watermarks)} limit ${MAX_CHANGED_COUNT}
      ) changing`)
    await moveWatermark(queries, scope, change, watermarks.headSeq)
    return { changed: changing?.count ?? 0 }
  })
}

function getColumn({ flag }: FlagChange): Sql {
  return raw(flag)
}

function isDifferent(change: FlagChange, { seenSeq, archivedSeq }: Watermarks): Sql {
  return sql`coalesce(x.${getColumn(change)}, e.seq <= ${change.flag === 'seen' ? seenSeq : archivedSeq}) <> ${change.value}`
}

async function writeExceptions(
  queries: Queries,
  scope: ReadScope,
  change: FlagChange,
  where: Sql,
  watermarks: Watermarks,
): Promise<number> {
  const [written] = await queries.query<{ count: number }>(sql`
    with written as (
      insert into ${tables.inbox} (tenant_id, viewer_id, event_id, ${getColumn(change)})
      select e.tenant_id, ${scope.viewerId}::text, e.id, ${change.value}::boolean
      from ${eventsWithInbox(scope)} where ${where} and ${isDifferent(change, watermarks)}
      on conflict (tenant_id, viewer_id, event_id) do update set ${getColumn(change)} = excluded.${getColumn(change)}
      returning 1
    )
    select count(*) as count from written`)
  return Math.min(written?.count ?? 0, MAX_CHANGED_COUNT)
}

/** Moves one watermark to the newest event or back to 0, and removes the exceptions it overrides. */
async function moveWatermark(queries: Queries, { tenantId, viewerId }: ReadScope, change: FlagChange, headSeq: number) {
  const column = raw(`${change.flag}_seq`)
  const isViewer = joinAnd([sql`tenant_id = ${tenantId}`, sql`viewer_id = ${viewerId}`])
  const otherFlag = raw(change.flag === 'seen' ? 'archived' : 'seen')
  await queries.query(sql`
    insert into ${tables.inboxWatermark} (tenant_id, viewer_id, ${column})
    values (${tenantId}, ${viewerId}, ${change.value ? headSeq : 0})
    on conflict (tenant_id, viewer_id) do update set ${column} = excluded.${column}`)
  await queries.query(sql`delete from ${tables.inbox} where ${isViewer} and ${otherFlag} is null`)
  await queries.query(
    sql`update ${tables.inbox} set ${getColumn(change)} = null where ${isViewer} and ${getColumn(change)} is not null`,
  )
}

/**
 * Checks if a filter matches everything that the change could affect. It may exclude the audit category, which no inbox shows,
 * and it may name the inbox state that the change applies to.
 */
function coversInbox({ inbox, not, ...rest }: Filter, { flag, value }: FlagChange): boolean {
  if (Object.values(rest).some((value) => value !== undefined && value.length > 0)) return false
  const { category = [], ...others } = not ?? {}
  if (category.some((each) => each !== AUDIT_CATEGORY)) return false
  if (Object.values(others).some((values) => values !== undefined && values.length > 0)) return false
  if (inbox === undefined) return true
  if (flag === 'seen') return value && inbox !== 'archived'
  return inbox === (value ? 'inbox' : 'archived')
}
