import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { waitForFolderLock } from '../src/drivers/pglite/folder-lock.ts'
import { openWorkerDb } from '../src/drivers/pglite/worker-db.ts'

const appendForever = fileURLToPath(new URL('./append-forever.ts', import.meta.url))

/** Creates a temporary folder. It is removed when disposed. */
export function createTemporaryFolder() {
  const dir = mkdtempSync(join(tmpdir(), 'whodid-folder-'))
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) }
}

/** Opens the database in a folder. It is closed when disposed. */
export async function openDb(dir: string, timeoutMs?: number) {
  const db = await openWorkerDb(dir, (await waitForFolderLock(dir)).release, timeoutMs)
  return { ...db, [Symbol.asyncDispose]: () => db.close() }
}

/** Starts a process that appends events to a folder until it is killed. */
export function startAppending(
  dir: string,
  ...flags: string[]
): ChildProcess & { readonly stdout: NonNullable<ChildProcess['stdout']> } {
  return spawn(process.execPath, [appendForever, dir, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
}
