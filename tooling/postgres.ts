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
  /**
   * Makes a user who may log in and has no other right, with attributes such as `createrole`. It goes with the database; it may
   * be let in to what belongs to the whole server.
   */
  login(attributes?: string): Promise<{ readonly name: string; readonly url: string }>
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
  const logins: string[] = []
  const run = async (...statements: readonly string[]) => {
    const client = new pg.Client({ connectionString: server })
    await client.connect()
    try {
      for (const statement of statements) await client.query(statement)
    } finally {
      await client.end()
    }
  }
  await run(`create database ${name} template template0`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    url: url.href,
    async login(attributes = 'noinherit') {
      const login = `${name}_${logins.length + 1}`
      // A password, for a server that is not ours and asks for one.
      await run(`create role ${login} login password '${login}' ${attributes}`)
      logins.unshift(login)
      const own = new URL(url)
      own.username = login
      own.password = login
      return { name: login, url: own.href }
    },
    [Symbol.asyncDispose]: () =>
      run(`drop database if exists ${name} with (force)`, ...logins.map((login) => `drop role ${login}`)),
  }
}
