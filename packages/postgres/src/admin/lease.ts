import type { Db } from '../db.ts'
import { tables } from '../schema/tables.ts'
import { raw, sql } from '../sql.ts'

const LEASE_SECONDS = 60
const RENEW_MS = 20_000

/**
 * Runs work that only one process may do at a time, and gives null when another is at it. Its lease is renewed until it is done;
 * that of a process which died ends within a minute.
 */
export async function leased<T>(db: Db, name: string, work: () => Promise<T>): Promise<T | null> {
  const holder = crypto.randomUUID()
  const until = raw(`now() + interval '${LEASE_SECONDS} seconds'`)
  const taken = await db.tx('purger', null, (queries) =>
    queries.query(sql`
      insert into ${tables.leases} as l (name, holder, expires_at) values (${name}, ${holder}, ${until})
      on conflict (name) do update set holder = excluded.holder, expires_at = excluded.expires_at
      where l.expires_at < now()
      returning 1`),
  )
  if (taken.length === 0) return null
  const mine = sql`name = ${name} and holder = ${holder}`
  const renewal = setInterval(() => {
    // A lease that could not be renewed is renewed the next time, or ends.
    db.tx('purger', null, (queries) =>
      queries.query(sql`update ${tables.leases} set expires_at = ${until} where ${mine}`),
    ).catch(() => {})
  }, RENEW_MS)
  if (typeof renewal === 'object') renewal.unref()
  try {
    return await work()
  } finally {
    clearInterval(renewal)
    await db
      .tx('purger', null, (queries) => queries.query(sql`delete from ${tables.leases} where ${mine}`))
      .catch(() => {})
  }
}
