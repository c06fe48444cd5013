import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startPostgres } from './postgres-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser URL of the PostgreSQL server of this test run. */
    postgresUrl: string
    /** A folder for what test files share. It is removed at the end of the run. */
    runFolder: string
  }
}

/**
 * Starts what all test files share: a folder and a PostgreSQL server. Uses the server at `WHODID_TEST_DATABASE_URL` if set.
 * Otherwise starts a temporary one from the system's binaries, or from the npm package when there are none or
 * `WHODID_TEST_POSTGRES=embedded`.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'whodid-tests-'))
  project.provide('runFolder', folder)
  const url = process.env.WHODID_TEST_DATABASE_URL
  const server = url
    ? undefined
    : await startPostgres({ prefer: process.env.WHODID_TEST_POSTGRES === 'embedded' ? 'embedded' : 'system' })
  project.provide('postgresUrl', url ?? server?.url ?? '')
  return async () => {
    await server?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
}
