import { WhodidError } from '@whodid/core'
import type { Db, Queries, Row } from '../../db.ts'
import { compile, type Sql, setTenant } from '../../sql.ts'
import { openSession, type Session } from './session.ts'

/** Replaces `statement_timeout`, which PGlite ignores. */
const TIMEOUT_MS = 60_000

/**
 * Opens PGlite on a folder in a worker, so that long queries do not block the host. When the worker ends, its pending requests
 * fail and the next query opens the folder again.
 */
export async function openWorkerDb(dir: string, release: () => void, timeoutMs = TIMEOUT_MS): Promise<Db> {
  const listeners = new Map<string, (payload: string | null) => void>()
  let isClosed = false
  let current: Promise<Session> | null = null

  const open = async (): Promise<Session> => {
    const opened = await openSession({
      dir,
      timeoutMs,
      onNotify: (channel, payload) => listeners.get(channel)?.(payload),
      onExit() {
        current = null
        // Followers wait for notifications and send no query that would open it again.
        if (!isClosed && listeners.size > 0) getSession().catch(() => {})
      },
    })
    for (const [channel, onNotify] of listeners) {
      await opened.call({ kind: 'listen', channel })
      onNotify(null)
    }
    return opened
  }
  const getSession = (): Promise<Session> => {
    if (isClosed)
      return Promise.reject(new WhodidError('closed', `The store in ${dir} is closed. Open it again to use it.`))
    current ??= open()
    return current
  }
  const run = <R extends Row>(session: Session, statement: Sql, tx?: number): Promise<R[]> =>
    session.call<R>({ kind: 'query', tx, ...compile(statement) })

  const query: Db['query'] = async (statement) => run(await getSession(), statement)
  const tx: Db['tx'] = async (_role, tenantId, work) => {
    const session = await getSession()
    const [{ tx } = { tx: 0 }] = await session.call<{ tx: number }>({ kind: 'begin' })
    try {
      const queries: Queries = { query: (statement) => run(session, statement, tx) }
      if (tenantId !== null) await queries.query(setTenant(tenantId))
      const result = await work(queries)
      await session.call({ kind: 'commit', tx })
      return result
    } catch (error) {
      await session.call({ kind: 'rollback', tx }).catch(() => {})
      throw error
    }
  }

  try {
    await getSession()
  } catch (error) {
    release()
    throw error
  }
  return {
    engine: 'pglite',
    durability: 'fsync',
    query,
    tx,
    read: (tenantId, work) => work({ query, inTransaction: (reads) => tx('reader', tenantId, reads) }),
    async listen(channel, onNotify) {
      const session = await getSession()
      listeners.set(channel, onNotify)
      await session.call({ kind: 'listen', channel })
      return async () => {
        listeners.delete(channel)
        if (!isClosed) await (await getSession()).call({ kind: 'unlisten', channel })
      }
    },
    async close() {
      if (isClosed) return
      const session = await current?.catch(() => null)
      isClosed = true
      try {
        await session?.call({ kind: 'close' }).catch(() => {})
        await session?.terminate()
      } finally {
        release()
      }
    },
  }
}
