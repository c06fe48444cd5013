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
import { lockFolder, waitForFolderLock } from '../src/drivers/pglite/folder-lock.ts'
import { openWorkerDb } from '../src/drivers/pglite/worker-db.ts'
import { pglite } from '../src/pglite.ts'
import { tables } from '../src/schema/tables.ts'
import { raw, sql } from '../src/sql.ts'
import { openStore } from '../src/store.ts'

const appendForever = fileURLToPath(new URL('./append-forever.ts', import.meta.url))

function createTemporaryFolder() {
  const dir = mkdtempSync(join(tmpdir(), 'whodid-folder-'))
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) }
}

async function openDb(dir: string, timeoutMs?: number) {
  const db = await openWorkerDb(dir, (await waitForFolderLock(dir)).release, timeoutMs)
  return { ...db, [Symbol.asyncDispose]: () => db.close() }
}

function startAppending(
  dir: string,
  ...flags: string[]
): ChildProcess & { readonly stdout: NonNullable<ChildProcess['stdout']> } {
  return spawn(process.execPath, [appendForever, dir, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function kill(child: ChildProcess) {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

describe('PGlite folder', { timeout: 300_000 }, () => {
  test('keeps every acknowledged event after kill -9 at any time', { timeout: 900_000 }, async () => {
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

  test('acknowledges nothing after a failed fsync', async () => {
    using folder = createTemporaryFolder()
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

  test('is open to one process until it ends or is killed', async () => {
    using folder = createTemporaryFolder()
    const child = startAppending(folder.dir, '--idle')
    try {
      await once(createInterface({ input: child.stdout }), 'line')
      const before = readdirSync(folder.dir)
      await expect(pglite(folder.dir)).rejects.toMatchObject({
        code: 'store_locked',
        message: `The folder ${folder.dir} is open in process ${child.pid}. Stop it, or use another folder.`,
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

  test('takes over the lock of a dead process only', () => {
    using folder = createTemporaryFolder()
    const first = lockFolder(folder.dir)
    const [name = ''] = readdirSync(folder.dir)
    const holder = JSON.parse(readFileSync(join(folder.dir, name), 'utf8'))
    first.release()
    const writeLock = (change: object) =>
      writeFileSync(join(folder.dir, 'lock.7'), JSON.stringify({ ...holder, ...change }))
    // The pid is in use by a process with another start time, so the holder has died.
    writeLock({ started: '1' })
    const second = lockFolder(folder.dir)
    expect(readdirSync(folder.dir)).toEqual(['lock.8'])
    expect(() => lockFolder(folder.dir)).toThrow(/this process/)
    second.release()
    writeLock({ machine: 'another' })
    expect(() => lockFolder(folder.dir)).toThrow(/another container or machine/)
    writeLock({ pid: 2 ** 22 + 1 })
    lockFolder(folder.dir).release()
    writeFileSync(join(folder.dir, 'lock.3'), '')
    expect(() => lockFolder(folder.dir)).toThrow(/is starting/)
  })

  test('recreates an incomplete folder and recovers from a worker that hangs', async () => {
    using folder = createTemporaryFolder()
    mkdirSync(join(folder.dir, 'data'))
    writeFileSync(join(folder.dir, 'data', 'PG_VERSION'), '18\n')
    await using db = await openDb(folder.dir, 4_000)
    const store = await openStore(db)
    const notifications: (string | null)[] = []
    await db.listen('test', (payload) => notifications.push(payload))
    const slow = db.query(sql`select count(*) from generate_series(1, 1000000000)`)
    const waiting = db.query(sql`select 1 as one`)
    await expect(slow).rejects.toMatchObject({ code: 'store_unavailable' })
    await expect(waiting).rejects.toMatchObject({ code: 'store_unavailable' })
    await expect.poll(() => notifications, { timeout: 30_000 }).toEqual([null])
    await db.query(sql`select pg_notify('test', 'again')`)
    await expect.poll(() => notifications, { timeout: 30_000 }).toEqual([null, 'again'])
    expect(await store.health()).toMatchObject({ engine: 'pglite', durability: 'fsync', warnings: [] })
  })
})
