import { type RevocationStore, WhodidError } from '@whodid/core'
import type { Db } from '../db.ts'
import { tables } from '../schema/tables.ts'
import { sql } from '../sql.ts'

/** Viewer tokens that no longer hold, in the name of `settings`. */
export function revocationsIn(db: Db): RevocationStore {
  return {
    async add({ tenantId, token, viewerId, at, expiresAt }) {
      if ((token === null) === (viewerId === null)) {
        throw new WhodidError('invalid_input', 'A revocation is of one token or of one viewer: name one of them.')
      }
      await db.tx('settings', tenantId, async (queries) => {
        await queries.query(sql`delete from ${tables.revocations} where tenant_id = ${tenantId} and expires_at < ${at}`)
        await queries.query(sql`
        insert into ${tables.revocations} (tenant_id, token, viewer_id, at, expires_at)
        values (${tenantId}, ${token}, ${viewerId}, ${at}, ${expiresAt})`)
      })
    },
    async has({ tenantId, id, viewerId, issuedAt }) {
      const rows = await db.tx('settings', tenantId, (queries) =>
        queries.query(sql`
        select 1 from ${tables.revocations} where tenant_id = ${tenantId} and token = ${id}
        union all
        select 1 from ${tables.revocations}
        where tenant_id = ${tenantId} and viewer_id = ${viewerId} and at > ${issuedAt}
        limit 1`),
      )
      return rows.length > 0
    },
  }
}
