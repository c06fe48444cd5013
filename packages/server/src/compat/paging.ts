import { z } from 'zod'
import type { Session } from '../operations/operation.ts'
import type { ListOutput } from '../read/reader.ts'
import { type CompatRow, toRow } from './row.ts'

const MAX_OFFSET = 10_000
const MAX_LIMIT = 1_000
const DEFAULT_LIMIT = 50

/** Which rows, as the references page. */
export const pageFields = {
  limit: z.int().min(1).max(MAX_LIMIT).optional().describe('How many events, from 1 to 1000. 50 when absent.'),
  offset: z
    .int()
    .min(0)
    .refine(
      (offset) => offset <= MAX_OFFSET,
      `must be at most ${MAX_OFFSET}: go further with the cursors of /api/v1/events`,
    )
    .meta({ maximum: MAX_OFFSET })
    .optional()
    .describe('How many events to skip, up to 10000. 0 when absent.'),
}

/** Reads one page of a list. */
export type ReadPage = (
  session: Session,
  page: { readonly limit: number; readonly cursor?: string | undefined },
) => Promise<ListOutput>

/** The first events of a list. Cursors find them: a store never counts events to skip them. */
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

/** The rows from an offset on, newest first, of lists that have no event in common. */
export async function readRows(
  session: Session,
  lists: readonly ReadPage[],
  { limit = DEFAULT_LIMIT, offset = 0 }: { readonly limit?: number | undefined; readonly offset?: number | undefined },
): Promise<{ items: CompatRow[]; total: number; total_is_exact: boolean; limit: number; offset: number }> {
  session.spendEventBudget(limit)
  // What is skipped is bounded by the offset, and given to nobody.
  const walking = { ...session, spend: () => {} }
  const parts = await Promise.all(lists.map((read) => readFirstEvents(walking, read, offset + limit)))
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
