import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

/** An empty database on the server of this test run. It is dropped when disposed. */
export interface TestDatabase extends AsyncDisposable {
  /** Superuser URL. */
  readonly url: string
  /**
   * Creates a user who can log in and has no other rights, with attributes such as `createrole`. The user is dropped with the
   * database.
   */
  createUser(attributes?: string): Promise<{ readonly name: string; readonly url: string }>
}

/**
 * Creates an empty database for one test.
 *
 * @example
 * await using database = await createTestDatabase()
 * const store = await pg(database.url)
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = inject('postgresUrl')
  const name = `t_${randomUUID().replaceAll('-', '')}`
  const users: string[] = []
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
    async createUser(attributes = 'noinherit') {
      const user = `${name}_${users.length + 1}`
      // The server at WHODID_TEST_DATABASE_URL may require a password.
      await run(`create role ${user} login password '${user}' ${attributes}`)
      users.unshift(user)
      const userUrl = new URL(url)
      userUrl.username = user
      userUrl.password = user
      return { name: user, url: userUrl.href }
    },
    [Symbol.asyncDispose]: () =>
      run(`drop database if exists ${name} with (force)`, ...users.map((user) => `drop role ${user}`)),
  }
}
