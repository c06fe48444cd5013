import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { getSharedPath } from '../../../tooling/shared-files.ts'

const VITE_BIN = fileURLToPath(new URL('../node_modules/vite/bin/vite.js', import.meta.url))

/** Builds the pages as `pnpm demo` does, in a separate process without NODE_ENV=test. */
async function buildPages(folder: string): Promise<void> {
  const { NODE_ENV: _, ...env } = process.env
  await promisify(execFile)(
    process.execPath,
    [VITE_BIN, 'build', '--logLevel', 'warn', '--outDir', folder, '--emptyOutDir'],
    {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env,
    },
  )
}

/** Returns the folder of the built pages, which the test files of a run share. */
export function getPages(): Promise<string> {
  return getSharedPath('demo-pages', buildPages)
}
