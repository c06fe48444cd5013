import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const VITE_BIN = fileURLToPath(new URL('../node_modules/vite/bin/vite.js', import.meta.url))

/** Builds the pages as `pnpm demo` does, in a separate process without NODE_ENV=test, into a new folder. */
export async function buildPages(): Promise<{ folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'acme-pages-'))
  const { NODE_ENV: _, ...env } = process.env
  await promisify(execFile)(
    process.execPath,
    [VITE_BIN, 'build', '--logLevel', 'warn', '--outDir', folder, '--emptyOutDir'],
    {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env,
    },
  )
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
