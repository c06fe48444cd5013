import { readFileSync, writeFileSync } from 'node:fs'
import { PGlite } from '@electric-sql/pglite'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import type { EventStore } from '@whodid/core'
import { storeOnPGlite } from '@whodid/postgres'
import { getSharedPath } from './shared-files.ts'

const options = {
  extensions: { pg_trgm, btree_gin },
  // PGlite zeroes its shared buffers at every start: 16 MB take less time than 128 MB.
  startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'],
}

async function writeTemplate(path: string): Promise<void> {
  const pglite = await PGlite.create(options)
  const store = await storeOnPGlite(pglite)
  // Loading a database takes longer the more files it has, and nothing connects to these two.
  await pglite.exec('update pg_database set datistemplate = false, datallowconn = true')
  for (const name of ['template0', 'template1']) await pglite.exec(`drop database ${name}`)
  await pglite.exec('checkpoint')
  const dump = await pglite.dumpDataDir('none')
  writeFileSync(path, Buffer.from(await dump.arrayBuffer()))
  await store.close()
}

async function readTemplate(): Promise<Blob> {
  return new Blob([readFileSync(await getSharedPath('pglite.tar', writeTemplate))])
}

let template: Promise<Blob> | undefined

/**
 * Opens an empty store in memory, as `pglite('memory')` does, from a template that has the schema. It takes a fraction of the
 * time.
 */
export async function openMemoryStore(): Promise<EventStore> {
  template ??= readTemplate()
  return storeOnPGlite(await PGlite.create({ ...options, loadDataDir: await template }))
}
