import type { TestProject } from 'vitest/node'
import { startPostgres } from './postgres-server.ts'

/**
 * Gives the tests a PostgreSQL: `WHODID_TEST_DATABASE_URL`, else a throw-away server for this run, from the
 * system's binaries, or from the registry's when there are none or `WHODID_TEST_POSTGRES=embedded`.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.WHODID_TEST_DATABASE_URL
  if (given) {
    project.provide('postgresUrl', given)
    return undefined
  }
  const server = await startPostgres({
    prefer: process.env.WHODID_TEST_POSTGRES === 'embedded' ? 'embedded' : 'system',
  })
  project.provide('postgresUrl', server.url)
  return async () => {
    await server[Symbol.asyncDispose]()
  }
}
