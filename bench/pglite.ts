import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { pglite as openStore } from '@whodid/postgres/pglite'
import { openFolder } from '../packages/postgres/src/drivers/pglite/folder.ts'
import { CACHE_FOLDER } from './postgres.ts'
import { COPY_COLUMNS } from './seed/copy.ts'
import { fingerprint } from './seed/fingerprint.ts'
import { loadDataSet, removeNewEvents } from './seed/load.ts'
import { generateLines, type PartitionJob } from './seed/partition-job.ts'

/** Lines per COPY statement. */
const LINES_PER_COPY = 10_000

function throwError(error: unknown): void {
  throw error
}

async function withFolder<T>(folder: string, work: (pglite: PGlite) => Promise<T>): Promise<T> {
  const pglite = await openFolder(folder, throwError)
  try {
    return await work(pglite)
  } finally {
    await pglite.close()
  }
}

async function fillPartitions(pglite: PGlite, jobs: readonly PartitionJob[]): Promise<void> {
  for (const job of jobs) {
    await pglite.transaction(async (tx) => {
      await tx.query(`truncate ${job.table}`)
      const copy = async (lines: readonly string[]) => {
        const statement = `copy ${job.table} (${COPY_COLUMNS}) from '/dev/blob' (freeze)`
        if (lines.length > 0) await tx.query(statement, [], { blob: new Blob([lines.join('')]) })
      }
      let lines: string[] = []
      for (const line of generateLines(job)) {
        if (lines.push(line) < LINES_PER_COPY) continue
        await copy(lines)
        lines = []
      }
      await copy(lines)
    })
    for (const index of job.indexes) await pglite.query(index)
    await pglite.query('checkpoint')
  }
}

/** Returns a PGlite folder with a data set of this size. Seeds it unless an earlier run did. */
export async function openSeededFolder(rows: number, log: (message: string) => void): Promise<string> {
  const parent = join(CACHE_FOLDER, 'pglite')
  mkdirSync(parent, { recursive: true })
  const name = `seed_${rows}_${fingerprint}`
  for (const old of readdirSync(parent)) {
    if (old.startsWith(`seed_${rows}_`) && old !== name) rmSync(join(parent, old), { recursive: true })
  }
  const folder = join(parent, name)
  if (existsSync(folder)) return folder
  const unfinished = `${folder}_unfinished`
  log(`Seeding ${rows.toLocaleString('en')} rows in PGlite (once)`)
  await (await openStore(unfinished)).close()
  await withFolder(unfinished, async (pglite) => {
    await pglite.query("set maintenance_work_mem = '256MB'")
    await loadDataSet(pglite, rows, (jobs) => fillPartitions(pglite, jobs), log)
    await pglite.query('checkpoint')
  })
  renameSync(unfinished, folder)
  return folder
}

/** Removes the events of earlier runs. */
export function cleanFolder(folder: string, rows: number): Promise<void> {
  return withFolder(folder, (pglite) => removeNewEvents(pglite, rows))
}
