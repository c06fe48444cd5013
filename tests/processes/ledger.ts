import { bytesToHex } from '@whodid/core/event'
import { hashLeaf } from '@whodid/core/seal'
import pg from 'pg'
import { expect } from 'vitest'
import type { Acknowledged } from './writer.ts'

interface Row {
  readonly tenant_id: string
  readonly seq: number
  readonly event_id: string
  readonly leaf_hash: Uint8Array
  readonly canonical: Uint8Array
  readonly event_seq: number
}

function createRange(length: number) {
  return Array.from({ length }, (_, index) => index + 1)
}

/** Runs a statement in the database, beside the service. */
export async function query<R extends pg.QueryResultRow>(url: string, text: string): Promise<readonly R[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<R>(text)).rows
  } finally {
    await client.end()
  }
}

/**
 * Compares the ledger of a database with the acknowledgments: in each tenant, seq runs from 1 without a gap, and every
 * acknowledged event, and no other, is stored once with its seq and leaf hash. Returns the ids of each tenant in order.
 */
export async function expectLedger(
  url: string,
  tenants: readonly string[],
  acknowledged: Acknowledged,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const ledger = await query<Row>(
    url,
    `select l.tenant_id, l.seq::int, l.event_id, l.leaf_hash, e.canonical, e.seq::int as event_seq
    from whodid.ledger l left join whodid.events e on e.tenant_id = l.tenant_id and e.id = l.event_id
    order by l.tenant_id, l.seq`,
  )
  const heads = await query<{ tenant_id: string; seq: number }>(
    url,
    'select tenant_id, seq::int from whodid.ledger_head order by tenant_id',
  )
  const stored = await query<{ n: number }>(url, 'select count(*)::int as n from whodid.events')
  expect(stored).toEqual([{ n: ledger.length }])

  const ids = new Map<string, readonly string[]>()
  for (const tenant of tenants) {
    const rows = ledger.filter(({ tenant_id }) => tenant_id === tenant)
    const positions = [...acknowledged.positions].filter(([, { tenantId }]) => tenantId === tenant)
    expect(rows.map(({ seq }) => seq)).toEqual(createRange(positions.length))
    expect(rows.map(({ event_seq }) => event_seq)).toEqual(createRange(positions.length))
    expect(heads.filter(({ tenant_id }) => tenant_id === tenant).map(({ seq }) => seq)).toEqual([positions.length])
    expect(new Map(rows.map((row) => [row.event_id, [row.seq, bytesToHex(row.leaf_hash)]]))).toEqual(
      new Map(positions.map(([id, { seq, leafHash }]) => [id, [seq, leafHash]])),
    )
    ids.set(
      tenant,
      rows.map(({ event_id }) => event_id),
    )
  }
  for (const { leaf_hash, canonical } of ledger) {
    expect(bytesToHex(hashLeaf(new Uint8Array(canonical)))).toBe(bytesToHex(leaf_hash))
  }
  return ids
}
