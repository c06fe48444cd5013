import { AUDIT_CATEGORY, type Filter, type InboxChange, isEventId, type ReadScope } from '@whodid/core'
import type { Db, Queries } from '../db.ts'
import { tables } from '../schema/tables.ts'
import { all, raw, type Sql, sql } from '../sql.ts'
import { eventsOf, whereOf, wholeCondition } from './where.ts'

/**
 * Where a viewer stands: every event up to a mark is seen or archived, every later one is not, but for the exceptions in the
 * inbox table. A viewer who was never there has both marks at 0: everything is unread.
 */
export interface InboxMarks {
  readonly headSeq: number
  readonly seenSeq: number
  readonly archivedSeq: number
}

/** Changes are counted to here, and no further. */
const COUNTED = 10_000

export async function readMarks(queries: Queries, { tenantId, viewerId }: ReadScope): Promise<InboxMarks> {
  const [row] = await queries.query<{ head_seq: number; seen_seq: number; archived_seq: number }>(sql`
    select
      coalesce((select seq from ${tables.ledgerHead} where tenant_id = ${tenantId}), 0) as head_seq,
      coalesce(max(seen_seq), 0) as seen_seq, coalesce(max(archived_seq), 0) as archived_seq
    from ${tables.inboxWatermark} where tenant_id = ${tenantId} and viewer_id = ${viewerId}`)
  return { headSeq: row?.head_seq ?? 0, seenSeq: row?.seen_seq ?? 0, archivedSeq: row?.archived_seq ?? 0 }
}

interface Move {
  readonly flag: 'seen' | 'archived'
  readonly value: boolean
}

const moves: { readonly [to in InboxChange['to']]: Move } = {
  seen: { flag: 'seen', value: true },
  unseen: { flag: 'seen', value: false },
  archived: { flag: 'archived', value: true },
  unarchived: { flag: 'archived', value: false },
}

/**
 * Changes a viewer's inbox and nobody else's. All without a filter moves the watermark to the newest event; anything narrower
 * writes exceptions. Gives the number of visible events that changed, counted to 10,000.
 */
export function changeInbox(
  db: Db,
  scope: ReadScope,
  { to, which }: InboxChange,
): Promise<{ readonly changed: number }> {
  return db.tx('reader', scope.tenantId, async (queries) => {
    const move = moves[to]
    const marks = await readMarks(queries, scope)
    if ('ids' in which) {
      const ids = [...new Set(which.ids.map((id) => id.toLowerCase()))].filter(isEventId)
      const where = wholeCondition(whereOf(scope, {}, marks))
      return {
        changed: await writeExceptions(queries, scope, move, sql`${where} and e.id = any(${ids}::uuid[])`, marks),
      }
    }
    const where = wholeCondition(whereOf(scope, which.filter, marks))
    if (!isWhole(which.filter, move)) {
      return { changed: await writeExceptions(queries, scope, move, where, marks) }
    }
    const [counted] = await queries.query<{ count: number }>(sql`
      select count(*) as count from (
        select 1 from ${eventsOf(scope)} where ${where} and ${differs(move, marks)} limit ${COUNTED}
      ) changing`)
    await moveWatermark(queries, scope, move, marks.headSeq)
    return { changed: counted?.count ?? 0 }
  })
}

function columnOf({ flag }: Move): Sql {
  return raw(flag)
}

function differs(move: Move, { seenSeq, archivedSeq }: InboxMarks): Sql {
  return sql`coalesce(x.${columnOf(move)}, e.seq <= ${move.flag === 'seen' ? seenSeq : archivedSeq}) <> ${move.value}`
}

async function writeExceptions(
  queries: Queries,
  scope: ReadScope,
  move: Move,
  where: Sql,
  marks: InboxMarks,
): Promise<number> {
  const [written] = await queries.query<{ count: number }>(sql`
    with written as (
      insert into ${tables.inbox} (tenant_id, viewer_id, event_id, ${columnOf(move)})
      select e.tenant_id, ${scope.viewerId}::text, e.id, ${move.value}::boolean
      from ${eventsOf(scope)} where ${where} and ${differs(move, marks)}
      on conflict (tenant_id, viewer_id, event_id) do update set ${columnOf(move)} = excluded.${columnOf(move)}
      returning 1
    )
    select count(*) as count from written`)
  return Math.min(written?.count ?? 0, COUNTED)
}

/** Moves one mark to the newest event, or back to none, and forgets the exceptions that this overrules. */
async function moveWatermark(queries: Queries, { tenantId, viewerId }: ReadScope, move: Move, headSeq: number) {
  const mark = raw(`${move.flag}_seq`)
  const mine = all([sql`tenant_id = ${tenantId}`, sql`viewer_id = ${viewerId}`])
  const other = raw(move.flag === 'seen' ? 'archived' : 'seen')
  await queries.query(sql`
    insert into ${tables.inboxWatermark} (tenant_id, viewer_id, ${mark})
    values (${tenantId}, ${viewerId}, ${move.value ? headSeq : 0})
    on conflict (tenant_id, viewer_id) do update set ${mark} = excluded.${mark}`)
  await queries.query(sql`delete from ${tables.inbox} where ${mine} and ${other} is null`)
  await queries.query(
    sql`update ${tables.inbox} set ${columnOf(move)} = null where ${mine} and ${columnOf(move)} is not null`,
  )
}

/**
 * Whether a filter means everything that could change: it may leave whodid's own events out, which no inbox shows, and it may
 * name the part of the inbox that the change is about.
 */
function isWhole({ inbox, not, ...rest }: Filter, { flag, value }: Move): boolean {
  if (Object.values(rest).some((value) => value !== undefined && value.length > 0)) return false
  const { category = [], ...others } = not ?? {}
  if (category.some((each) => each !== AUDIT_CATEGORY)) return false
  if (Object.values(others).some((values) => values !== undefined && values.length > 0)) return false
  if (inbox === undefined) return true
  if (flag === 'seen') return value && inbox !== 'archived'
  return inbox === (value ? 'inbox' : 'archived')
}
