import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { pglite as openStore } from '@whodid/postgres/pglite'
import { openFolder } from '../packages/postgres/src/drivers/pglite/folder.ts'
import { CACHE } from './postgres.ts'
import { COLUMNS } from './seed/copy.ts'
import { fingerprint } from './seed/fingerprint.ts'
import { clean, load } from './seed/load.ts'
import { linesOf, type Order } from './seed/order.ts'

/** Lines of COPY that PGlite is given at a time. */
const LINES = 10_000

function fail(error: unknown): void {
  throw error
}

async function opened<T>(folder: string, work: (pglite: PGlite) => Promise<T>): Promise<T> {
  const pglite = await openFolder(folder, fail)
  try {
    return await work(pglite)
  } finally {
    await pglite.close()
  }
}

async function fill(pglite: PGlite, orders: readonly Order[]): Promise<void> {
  for (const order of orders) {
    await pglite.transaction(async (tx) => {
      await tx.query(`truncate ${order.table}`)
      const copy = async (lines: readonly string[]) => {
        const statement = `copy ${order.table} (${COLUMNS}) from '/dev/blob' (freeze)`
        if (lines.length > 0) await tx.query(statement, [], { blob: new Blob([lines.join('')]) })
      }
      let lines: string[] = []
      for (const line of linesOf(order)) {
        if (lines.push(line) < LINES) continue
        await copy(lines)
        lines = []
      }
      await copy(lines)
    })
    for (const index of order.indexes) await pglite.query(index)
    await pglite.query('checkpoint')
  }
}

/** The folder of a PGlite with a data set of this size, seeded now unless a run before has done it. */
export async function seededFolder(rows: number, say: (what: string) => void): Promise<string> {
  const parent = join(CACHE, 'pglite')
  mkdirSync(parent, { recursive: true })
  const name = `seed_${rows}_${fingerprint}`
  for (const old of readdirSync(parent)) {
    if (old.startsWith(`seed_${rows}_`) && old !== name) rmSync(join(parent, old), { recursive: true })
  }
  const folder = join(parent, name)
  if (existsSync(folder)) return folder
  const unfinished = `${folder}_unfinished`
  say(`seeding ${rows.toLocaleString('en')} rows in PGlite, once`)
  await (await openStore(unfinished)).close()
  await opened(unfinished, async (pglite) => {
    await pglite.query("set maintenance_work_mem = '256MB'")
    await load(pglite, rows, (orders) => fill(pglite, orders), say)
    await pglite.query('checkpoint')
  })
  renameSync(unfinished, folder)
  return folder
}

/** Removes what a run has added. */
export function cleanFolder(folder: string, rows: number): Promise<void> {
  return opened(folder, (pglite) => clean(pglite, rows))
}
