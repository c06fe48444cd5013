import type { Db } from '../db.ts'
import { tables } from '../schema/tables.ts'
import { raw, sql } from '../sql.ts'

const LEASE_SECONDS = 60
const RENEW_INTERVAL_MS = 20_000

/**
 * Runs work that one process at a time may do. Returns null if another process holds the lease. The lease is renewed until the
 * work ends. The lease of a process that died expires within a minute.
 */
export async function runWithLease<T>(db: Db, name: string, work: () => Promise<T>): Promise<T | null> {
  const holder = crypto.randomUUID()
  const expiresAt = raw(`now() + interval '${LEASE_SECONDS} seconds'`)
  const acquired = await db.tx('purger', null, (queries) =>
    queries.query(sql`
      insert into ${tables.leases} as l (name, holder, expires_at) values (${name}, ${holder}, ${expiresAt})
      on conflict (name) do update set holder = excluded.holder, expires_at = excluded.expires_at
      where l.expires_at < now()
      returning 1`),
  )
  if (acquired.length === 0) return null
  const isHolder = sql`name = ${name} and holder = ${holder}`
  const renewal = setInterval(() => {
    // Ignore failures: the next renewal may succeed before the lease expires.
    db.tx('purger', null, (queries) =>
      queries.query(sql`update ${tables.leases} set expires_at = ${expiresAt} where ${isHolder}`),
    ).catch(() => {})
  }, RENEW_INTERVAL_MS)
  if (typeof renewal === 'object') renewal.unref()
  try {
    return await work()
  } finally {
    clearInterval(renewal)
    await db
      .tx('purger', null, (queries) => queries.query(sql`delete from ${tables.leases} where ${isHolder}`))
      .catch(() => {})
  }
}
