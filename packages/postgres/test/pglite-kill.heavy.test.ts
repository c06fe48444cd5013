import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { AppendResult } from '@whodid/core'
import { expect, test } from 'vitest'
import { tables } from '../src/schema/tables.ts'
import { raw, sql } from '../src/sql.ts'
import { createTemporaryFolder, openDb, startAppending } from './folders.ts'

test('a PGlite folder keeps every acknowledged event after kill -9 at any time', { timeout: 900_000 }, async () => {
  using folder = createTemporaryFolder()
  const acknowledged: Extract<AppendResult, { outcome: 'stored' | 'duplicate' }>[] = []
  for (let round = 0; round < 22; round += 1) {
    const child = startAppending(folder.dir)
    // Round 0 is killed while the folder is created, the others after different numbers of acknowledgments.
    const killAfter = round === 0 ? 0 : 1 + ((round * 7919) % 400)
    let lines = 0
    if (round === 0) {
      const isCreating = () => existsSync(join(folder.dir, 'data', 'PG_VERSION'))
      while (!isCreating() && child.exitCode === null) await new Promise(setImmediate)
    }
    let isKilled = killAfter === 0
    if (isKilled) child.kill('SIGKILL')
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.endsWith('}')) {
        const result: AppendResult = JSON.parse(line)
        if (result.outcome === 'rejected') throw new Error(result.reason)
        acknowledged.push(result)
      }
      lines += 1
      if (lines > killAfter && !isKilled) {
        isKilled = true
        child.kill('SIGKILL')
      }
    }
  }
  expect(acknowledged.length).toBeGreaterThan(2_000)

  await using db = await openDb(folder.dir)
  const ledger = await db.query<{ id: string; seq: number; leafHash: string; isValid: boolean }>(sql`
    select l.event_id as id, l.seq, encode(l.leaf_hash, 'hex') as "leafHash",
      sha256('\\x00'::bytea || e.canonical) = l.leaf_hash as "isValid"
    from ${tables.ledger} l left join ${tables.events} e on e.tenant_id = l.tenant_id and e.id = l.event_id
    where l.tenant_id = 'acme' order by l.seq`)
  expect(ledger.every(({ seq, isValid }, index) => seq === index + 1 && isValid)).toBe(true)
  const bySeq = new Map(ledger.map((row) => [row.seq, row]))
  const lost = acknowledged.filter(
    ({ id, seq, leafHash }) => bySeq.get(seq)?.id !== id || bySeq.get(seq)?.leafHash !== leafHash,
  )
  expect(lost).toEqual([])
  // The heap, a b-tree index and the text index contain the same events.
  for (const [disabled, condition] of [
    ['enable_indexscan', "tenant_id = 'acme'"],
    ['enable_seqscan', "tenant_id = 'acme' and actor_id = 'ada'"],
    ['enable_seqscan', "tenant_id = 'acme' and search_text like '%lovelace%'"],
  ] as const) {
    const [row] = await db.tx('owner', null, async (queries) => {
      await queries.query(raw(`set local ${disabled} = off`))
      return queries.query<{ count: number }>(
        sql`select count(*) as count from ${tables.events} where ${raw(condition)}`,
      )
    })
    expect(row?.count).toBe(ledger.length)
  }
})
