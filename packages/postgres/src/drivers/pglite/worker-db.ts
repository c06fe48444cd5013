import { WhodidError } from '@whodid/core'
import { type Db, type Queries, type Row, tenantIs } from '../../db.ts'
import { compile, type Sql } from '../../sql.ts'
import { openSession, type Session } from './session.ts'

/** PGlite ignores `statement_timeout`, so the thread stands in for it. */
const SILENCE_MS = 60_000

/**
 * PGlite on a folder, in a thread of its own, so that a long query does not hold up the host. When the thread ends or is
 * ended, what was in hand fails, and the next query opens the folder again.
 */
export async function workerDb(dir: string, release: () => void, silenceMs = SILENCE_MS): Promise<Db> {
  const listeners = new Map<string, (payload: string | null) => void>()
  let closed = false
  let current: Promise<Session> | null = null

  const open = async (): Promise<Session> => {
    const fresh = await openSession({
      dir,
      silenceMs,
      heard: (channel, payload) => listeners.get(channel)?.(payload),
      ended() {
        current = null
        // Followers wait for hints, not for a query of their own.
        if (!closed && listeners.size > 0) session().catch(() => {})
      },
    })
    for (const [channel, hear] of listeners) {
      await fresh.call({ kind: 'listen', channel })
      hear(null)
    }
    return fresh
  }
  const session = (): Promise<Session> => {
    if (closed) return Promise.reject(new WhodidError('closed', `The store in ${dir} is closed: open it again.`))
    current ??= open()
    return current
  }
  const run = <R extends Row>(on: Session, statement: Sql, tx?: number): Promise<R[]> =>
    on.call<R>({ kind: 'query', tx, ...compile(statement) })

  const query: Db['query'] = async (statement) => run(await session(), statement)
  const tx: Db['tx'] = async (_role, tenantId, work) => {
    const on = await session()
    const [{ tx } = { tx: 0 }] = await on.call<{ tx: number }>({ kind: 'begin' })
    try {
      const queries: Queries = { query: (statement) => run(on, statement, tx) }
      if (tenantId !== null) await queries.query(tenantIs(tenantId))
      const result = await work(queries)
      await on.call({ kind: 'commit', tx })
      return result
    } catch (error) {
      await on.call({ kind: 'rollback', tx }).catch(() => {})
      throw error
    }
  }

  try {
    await session()
  } catch (error) {
    release()
    throw error
  }
  return {
    engine: 'pglite',
    durability: 'fsync',
    query,
    tx,
    read: (tenantId, work) => work({ query, bound: (reads) => tx('reader', tenantId, reads) }),
    async listen(channel, hear) {
      const on = await session()
      listeners.set(channel, hear)
      await on.call({ kind: 'listen', channel })
      return async () => {
        listeners.delete(channel)
        if (!closed) await (await session()).call({ kind: 'unlisten', channel })
      }
    },
    async close() {
      if (closed) return
      const last = await current?.catch(() => null)
      closed = true
      try {
        await last?.call({ kind: 'close' }).catch(() => {})
        await last?.terminate()
      } finally {
        release()
      }
    },
  }
}
