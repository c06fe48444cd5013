import { z } from 'zod'
import type { Session } from '../operations/operation.ts'
import type { ListOutput } from '../read/reader.ts'
import { type CompatRow, toRow } from './row.ts'

const MAX_OFFSET = 10_000
const MAX_LIMIT = 1_000
const DEFAULT_LIMIT = 50

/** The paging parameters of compatibility routes. */
export const pageFields = {
  limit: z.int().min(1).max(MAX_LIMIT).optional().describe('Events per page, 1 to 1000. Defaults to 50.'),
  offset: z
    .int()
    .min(0)
    .refine(
      (offset) => offset <= MAX_OFFSET,
      `must be at most ${MAX_OFFSET}: use the cursors of /api/v1/events to read further`,
    )
    .meta({ maximum: MAX_OFFSET })
    .optional()
    .describe('Events to skip, up to 10000. Defaults to 0.'),
}

/** Reads one page of a list. */
export type ReadPage = (
  session: Session,
  page: { readonly limit: number; readonly cursor?: string | undefined },
) => Promise<ListOutput>

/** Reads the first events of a list by following cursors, because a store has no offsets. */
async function readFirstEvents(session: Session, read: ReadPage, count: number) {
  const first = await read(session, { limit: Math.min(count, MAX_LIMIT) })
  const items = [...first.items]
  for (let cursor = first.nextCursor; cursor !== null && items.length < count; ) {
    const page = await read(session, { limit: Math.min(count - items.length, MAX_LIMIT), cursor })
    items.push(...page.items)
    cursor = page.nextCursor
  }
  return { items, total: first.total }
}

/** Reads the rows after an offset, newest first, from lists that share no events. */
export async function readRows(
  session: Session,
  lists: readonly ReadPage[],
  { limit = DEFAULT_LIMIT, offset = 0 }: { readonly limit?: number | undefined; readonly offset?: number | undefined },
): Promise<{ items: CompatRow[]; total: number; total_is_exact: boolean; limit: number; offset: number }> {
  session.spendEventBudget(limit)
  // Skipped events are not returned, and the offset limits their number.
  const unlimitedSession: Session = { ...session, spendEventBudget: () => {} }
  const parts = await Promise.all(lists.map((read) => readFirstEvents(unlimitedSession, read, offset + limit)))
  const items = parts.flatMap((part) => part.items).sort((a, b) => (a.id < b.id ? 1 : -1))
  const total = parts.reduce((sum, part) => sum + part.total.value, 0)
  return {
    items: items.slice(offset, offset + limit).map(toRow),
    total: Math.min(total, MAX_OFFSET),
    total_is_exact: total <= MAX_OFFSET && parts.every((part) => part.total.exact),
    limit,
    offset,
  }
}
