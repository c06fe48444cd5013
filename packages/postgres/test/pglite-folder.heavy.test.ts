import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs, { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { openFolder } from '../src/drivers/pglite/folder.ts'
import { lockFolder } from '../src/drivers/pglite/folder-lock.ts'
import { pglite } from '../src/pglite.ts'
import { sql } from '../src/sql.ts'
import { openStore } from '../src/store.ts'
import { createTemporaryFolder, openDb, startAppending } from './folders.ts'

async function kill(child: ChildProcess) {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

describe('PGlite folder', { timeout: 300_000 }, () => {
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
