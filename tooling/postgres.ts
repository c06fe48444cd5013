import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser URL of the server that this run of the tests uses. */
    postgresUrl: string
  }
}

/** An empty database of its own on the run's server, dropped when disposed. */
export interface TestDatabase extends AsyncDisposable {
  /** Superuser URL. */
  readonly url: string
}

/**
 * Makes an empty database for one test.
 *
 * @example
 * await using database = await testDatabase()
 * const store = await pg(database.url)
 */
export async function testDatabase(): Promise<TestDatabase> {
  const server = inject('postgresUrl')
  const name = `t_${randomUUID().replaceAll('-', '')}`
  const run = async (sql: string) => {
    const client = new pg.Client({ connectionString: server })
    await client.connect()
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }
  await run(`create database ${name} template template0`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, [Symbol.asyncDispose]: () => run(`drop database if exists ${name} with (force)`) }
}
