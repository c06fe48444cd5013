import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { DurableNodeFS, syncFolder } from './durable-node-fs.ts'

const startParams = [
  ...PGlite.defaultStartParams.filter((param) => param !== '-F'),
  ...['fsync=on', 'wal_sync_method=fsync', 'jit=off', 'random_page_cost=1.1'].flatMap((setting) => ['-c', setting]),
]

/**
 * Opens the database in a folder, or creates it. The marker file is written after the new database is synced to disk. Without
 * the marker, creation was interrupted and starts over.
 */
export async function openFolder(dir: string, onFailure: (error: unknown) => void): Promise<PGlite> {
  const data = join(dir, 'data')
  const marker = join(dir, 'made')
  const isNew = !existsSync(marker)
  if (isNew) {
    rmSync(data, { recursive: true, force: true })
    mkdirSync(data, { recursive: true })
  }
  const fs = new DurableNodeFS(data, onFailure)
  const pglite = await PGlite.create({ fs, startParams, extensions: { pg_trgm, btree_gin } })
  if (isNew) {
    syncTree(data)
    writeFileSync(marker, 'The folder data holds the PGlite database of whodid. Do not change its files.\n')
    syncFile(marker)
    syncFolder(dir)
  }
  await assertDurable(pglite, fs)
  return pglite
}

/** Checks that a commit calls fsync. */
async function assertDurable(pglite: PGlite, fs: DurableNodeFS): Promise<void> {
  const before = fs.syncs
  await pglite.query("select pg_logical_emit_message(true, 'whodid', 'opened')")
  if (fs.syncs === before) {
    throw new Error(
      'PGlite committed without fsync. Install the version of @electric-sql/pglite that this package requires',
    )
  }
}

function syncTree(dir: string): void {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) syncTree(path)
    else if (entry.isFile()) syncFile(path)
  }
  syncFolder(dir)
}

function syncFile(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
