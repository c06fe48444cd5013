import { type BoundedCount, type SortColumn, type SortOrder, WhodidError } from '@whodid/core'
import { isEventId } from '@whodid/core/event'
import { SORT_COLUMNS } from '@whodid/core/filter'
import { z } from 'zod'
import { text } from '../schemas.ts'
import type { TenantProgress } from './merge-tenants.ts'

/** The content of a cursor: the sort of its list, the position in each tenant, and the total counted for the first page. */
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

/** Encodes a cursor as an opaque string. It is valid for the same sort, order and tenants only. */
export function encodeCursor({ sort, order, total, progress }: ListCursor): string {
  const positions = progress.map(({ tenantId, after, done }) => [
    tenantId,
    done ? 'end' : after ? [after.id, after.value] : 'start',
  ])
  const bytes = new TextEncoder().encode(
    JSON.stringify({ s: sort, o: order, n: [total.value, total.exact], t: Object.fromEntries(positions) }),
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

/** Decodes a cursor. Throws `invalid_input` if it is malformed, or belongs to a list with another sort, order or tenants. */
export function decodeCursor(
  cursor: string,
  list: { readonly sort: SortColumn; readonly order: SortOrder; readonly tenants: readonly string[] },
): ListCursor {
  const parsed = cursorSchema.safeParse(parseCursorJson(cursor))
  if (!parsed.success) {
    throw new WhodidError('invalid_input', 'Invalid cursor: request the first page again, without a cursor.')
  }
  const { s: sort, o: order, n, t } = parsed.data
  const tenants = Object.keys(t)
  const hasSameTenants =
    tenants.length === list.tenants.length && tenants.every((tenant) => list.tenants.includes(tenant))
  if (sort !== list.sort || order !== list.order || !hasSameTenants) {
    throw new WhodidError(
      'invalid_input',
      'The cursor belongs to a list with another sort, order or tenant: request the first page again, without a cursor.',
    )
  }
  return {
    sort,
    order,
    total: { value: n[0], exact: n[1] },
    progress: Object.entries(t).map(([tenantId, position]) => ({
      tenantId,
      done: position === 'end',
      after: typeof position === 'string' ? null : { id: position[0], value: position[1] },
    })),
  }
}
