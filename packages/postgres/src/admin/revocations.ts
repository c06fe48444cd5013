import { type RevocationStore, WhodidError } from '@whodid/core'
import type { Db } from '../db.ts'
import { tables } from '../schema/tables.ts'
import { sql } from '../sql.ts'

/** Creates the store of revoked viewer tokens. It works as the role `settings`. */
export function createRevocationStore(db: Db): RevocationStore {
  return {
    async add({ tenantId, token, viewerId, at, expiresAt }) {
      if ((token === null) === (viewerId === null)) {
        throw new WhodidError(
          'invalid_input',
          'A revocation needs either a token or a viewer. Pass exactly one of them.',
        )
      }
      await db.tx('settings', tenantId, async (queries) => {
        await queries.query(sql`delete from ${tables.revocations} where tenant_id = ${tenantId} and expires_at < ${at}`)
        await queries.query(sql`
        insert into ${tables.revocations} (tenant_id, token, viewer_id, revoked_at, expires_at)
        values (${tenantId}, ${token}, ${viewerId}, ${at}, ${expiresAt})`)
      })
    },
    async has({ tenantId, id, viewerId, issuedAt }) {
      const rows = await db.tx('settings', tenantId, (queries) =>
        queries.query(sql`
        select 1 from ${tables.revocations} where tenant_id = ${tenantId} and token = ${id}
        union all
        select 1 from ${tables.revocations}
        where tenant_id = ${tenantId} and viewer_id = ${viewerId} and revoked_at > ${issuedAt}
        limit 1`),
      )
      return rows.length > 0
    },
  }
}
