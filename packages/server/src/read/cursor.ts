import { type BoundedCount, isEventId, SORT_COLUMNS, type SortColumn, type SortOrder, WhodidError } from '@whodid/core'
import { z } from 'zod'
import { text } from '../schemas.ts'
import type { TenantProgress } from './merge-tenants.ts'

/** What a cursor remembers: the order it belongs to, one place per tenant, and the total counted at the start. */
export interface ListCursor {
  readonly sort: SortColumn
  readonly order: SortOrder
  readonly total: BoundedCount
  readonly progress: readonly TenantProgress[]
}

const positionSchema = z.union([
  z.tuple([z.string().refine(isEventId), z.string().max(20_000).nullable()]),
  z.enum(['start', 'end']),
])
const cursorSchema = z.strictObject({
  s: z.enum(SORT_COLUMNS),
  o: z.enum(['asc', 'desc']),
  n: z.tuple([z.int().min(0), z.boolean()]),
  t: z.record(text(255), positionSchema),
})

/** Writes a cursor: opaque to a client, and only good for the same sort, order and tenants. */
export function encodeCursor({ sort, order, total, progress }: ListCursor): string {
  const places = progress.map(({ tenantId, after, done }) => [
    tenantId,
    done ? 'end' : after ? [after.id, after.value] : 'start',
  ])
  const bytes = new TextEncoder().encode(
    JSON.stringify({ s: sort, o: order, n: [total.value, total.exact], t: Object.fromEntries(places) }),
  )
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}

function parseCursorJson(cursor: string): unknown {
  try {
    const binary = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'))
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(binary, (c) => c.charCodeAt(0))))
  } catch {
    return undefined
  }
}

/** Reads a cursor back. Throws `invalid_input` when it is not one of ours, or of another list. */
export function decodeCursor(
  cursor: string,
  list: { readonly sort: SortColumn; readonly order: SortOrder; readonly tenants: readonly string[] },
): ListCursor {
  const read = cursorSchema.safeParse(parseCursorJson(cursor))
  if (!read.success) {
    throw new WhodidError('invalid_input', 'cursor is not one that this service gave: begin again without it.')
  }
  const { s: sort, o: order, n, t } = read.data
  const tenants = Object.keys(t)
  const same = tenants.length === list.tenants.length && tenants.every((tenant) => list.tenants.includes(tenant))
  if (sort !== list.sort || order !== list.order || !same) {
    throw new WhodidError(
      'invalid_input',
      'cursor belongs to a list with another sort, order or tenant: begin again without it.',
    )
  }
  return {
    sort,
    order,
    total: { value: n[0], exact: n[1] },
    progress: Object.entries(t).map(([tenantId, at]) => ({
      tenantId,
      done: at === 'end',
      after: typeof at === 'string' ? null : { id: at[0], value: at[1] },
    })),
  }
}
