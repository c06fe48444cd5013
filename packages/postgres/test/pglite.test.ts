import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs, { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { AppendResult } from '@whodid/core'
import { describe, expect, test } from 'vitest'
import { openFolder } from '../src/drivers/pglite/folder.ts'
import { lockFolder, lockFolderSoon } from '../src/drivers/pglite/folder-lock.ts'
import { workerDb } from '../src/drivers/pglite/worker-db.ts'
import { pglite } from '../src/pglite.ts'
import { tables } from '../src/schema/tables.ts'
import { raw, sql } from '../src/sql.ts'
import { openStore } from '../src/store.ts'

const appender = fileURLToPath(new URL('./appender.ts', import.meta.url))

function temporaryFolder() {
  const dir = mkdtempSync(join(tmpdir(), 'whodid-folder-'))
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) }
}

async function openDb(dir: string, silenceMs?: number) {
  const db = await workerDb(dir, (await lockFolderSoon(dir)).release, silenceMs)
  return { ...db, [Symbol.asyncDispose]: () => db.close() }
}

function start(
  dir: string,
  ...flags: string[]
): ChildProcess & { readonly stdout: NonNullable<ChildProcess['stdout']> } {
  return spawn(process.execPath, [appender, dir, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function kill(child: ChildProcess) {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

describe('a PGlite folder', { timeout: 300_000 }, () => {
  test('loses nothing acknowledged by kill -9, at any time', { timeout: 900_000 }, async () => {
    using folder = temporaryFolder()
    const acknowledged: Extract<AppendResult, { outcome: 'stored' | 'duplicate' }>[] = []
    for (let round = 0; round < 22; round += 1) {
      const child = start(folder.dir)
      // Round 0 is killed while the folder is being made, the others after a different number of acknowledgements each.
      const until = round === 0 ? 0 : 1 + ((round * 7919) % 400)
      let lines = 0
      if (round === 0) while (!existsSync(join(folder.dir, 'data', 'PG_VERSION'))) await new Promise(setImmediate)
      const killed = { yet: until === 0 }
      if (killed.yet) child.kill('SIGKILL')
      for await (const line of createInterface({ input: child.stdout })) {
        if (line.endsWith('}')) {
          const result: AppendResult = JSON.parse(line)
          if (result.outcome === 'rejected') throw new Error(result.reason)
          acknowledged.push(result)
        }
        lines += 1
        if (lines > until && !killed.yet) {
          killed.yet = true
          child.kill('SIGKILL')
        }
      }
    }
    expect(acknowledged.length).toBeGreaterThan(2_000)

    await using db = await openDb(folder.dir)
    const sealed = await db.query<{ id: string; seq: number; leaf: string; whole: boolean }>(sql`
      select l.event_id as id, l.seq, encode(l.leaf_hash, 'hex') as leaf,
        sha256('\\x00'::bytea || e.canonical) = l.leaf_hash as whole
      from ${tables.ledger} l left join ${tables.events} e on e.tenant_id = l.tenant_id and e.id = l.event_id
      where l.tenant_id = 'acme' order by l.seq`)
    expect(sealed.every(({ seq, whole }, index) => seq === index + 1 && whole)).toBe(true)
    const bySeq = new Map(sealed.map((row) => [row.seq, row]))
    const lost = acknowledged.filter(
      ({ id, seq, leafHash }) => bySeq.get(seq)?.id !== id || bySeq.get(seq)?.leaf !== leafHash,
    )
    expect(lost).toEqual([])
    // The heap, a b-tree and the text index agree on what there is.
    for (const [off, condition] of [
      ['enable_indexscan', "tenant_id = 'acme'"],
      ['enable_seqscan', "tenant_id = 'acme' and actor_id = 'ada'"],
      ['enable_seqscan', "tenant_id = 'acme' and search_text like '%lovelace%'"],
    ] as const) {
      const [row] = await db.tx('owner', null, async (queries) => {
        await queries.query(raw(`set local ${off} = off`))
        return queries.query<{ count: number }>(
          sql`select count(*) as count from ${tables.events} where ${raw(condition)}`,
        )
      })
      expect(row?.count).toBe(sealed.length)
    }
  })

  test('acknowledges nothing after a failed fsync', async () => {
    using folder = temporaryFolder()
    const failures: unknown[] = []
    const pglite = await openFolder(folder.dir, (error) => failures.push(error))
    await pglite.exec('create table t (n int)')
    expect(failures).toEqual([])
    const { fsyncSync } = fs
    const failing = new Error('EIO')
    fs.fsyncSync = () => {
      throw failing
    }
    syncBuiltinESMExports()
    try {
      const inserted = pglite.query('insert into t values (1)').then(() => failures.length)
      expect(await inserted).toBeGreaterThan(0)
      expect(failures[0]).toBe(failing)
    } finally {
      fs.fsyncSync = fsyncSync
      syncBuiltinESMExports()
    }
    await pglite.close()
  })

  test('is open to one process only, until that one ends or is killed', async () => {
    using folder = temporaryFolder()
    const child = start(folder.dir, '--idle')
    try {
      await once(createInterface({ input: child.stdout }), 'line')
      const before = readdirSync(folder.dir)
      await expect(pglite(folder.dir)).rejects.toMatchObject({
        code: 'store_locked',
        message: `The folder ${folder.dir} is open in process ${child.pid}: stop it, or give another folder.`,
      })
      expect(readdirSync(folder.dir)).toEqual(before)
    } finally {
      await kill(child)
    }
    const store = await pglite(folder.dir)
    await expect(pglite(folder.dir)).rejects.toMatchObject({
      code: 'store_locked',
      message: expect.stringContaining('this process'),
    })
    await store.close()
    expect(readdirSync(folder.dir).sort()).toEqual(['data', 'made'])
    await (await pglite(folder.dir)).close()
  })

  test('takes the lock over from the dead only, and lets one of many do so', () => {
    using folder = temporaryFolder()
    const first = lockFolder(folder.dir)
    const [name = ''] = readdirSync(folder.dir)
    const holder = JSON.parse(readFileSync(join(folder.dir, name), 'utf8'))
    first.release()
    const left = (change: object) => writeFileSync(join(folder.dir, 'lock.7'), JSON.stringify({ ...holder, ...change }))
    // The number of a process that lives, but began at another time: it is not the one that died.
    left({ started: '1' })
    const second = lockFolder(folder.dir)
    expect(readdirSync(folder.dir)).toEqual(['lock.8'])
    expect(() => lockFolder(folder.dir)).toThrow(/this process/)
    second.release()
    left({ machine: 'another' })
    expect(() => lockFolder(folder.dir)).toThrow(/another container or machine/)
    left({ pid: 2 ** 22 + 1 })
    lockFolder(folder.dir).release()
    writeFileSync(join(folder.dir, 'lock.3'), '')
    expect(() => lockFolder(folder.dir)).toThrow(/just starting/)
  })

  test('is made anew when it was left half-made, and survives a thread that hangs', async () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.dir, 'data'))
    writeFileSync(join(folder.dir, 'data', 'PG_VERSION'), '18\n')
    await using db = await openDb(folder.dir, 4_000)
    const store = await openStore(db)
    const heard: (string | null)[] = []
    await db.listen('test', (payload) => heard.push(payload))
    const slow = db.query(sql`select count(*) from generate_series(1, 1000000000)`)
    const waiting = db.query(sql`select 1 as one`)
    await expect(slow).rejects.toMatchObject({ code: 'store_unavailable' })
    await expect(waiting).rejects.toMatchObject({ code: 'store_unavailable' })
    await expect.poll(() => heard, { timeout: 30_000 }).toEqual([null])
    await db.query(sql`select pg_notify('test', 'again')`)
    await expect.poll(() => heard, { timeout: 30_000 }).toEqual([null, 'again'])
    expect(await store.health()).toMatchObject({ engine: 'pglite', durability: 'fsync', warnings: [] })
  })
})
