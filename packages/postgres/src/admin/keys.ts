import type { ApiKey, KeyStore } from '@whodid/core'
import type { Db, Row } from '../db.ts'
import { tables } from '../schema/tables.ts'
import { type Sql, sql } from '../sql.ts'

const MINUTE_MS = 60_000

interface KeyRow extends Row {
  readonly id: string
  readonly tenant_id: string
  readonly name: string
  readonly scopes: ApiKey['scopes']
  readonly created_at: Date
  readonly created_by: string
  readonly expires_at: Date | null
  readonly last_used_at: Date | null
  readonly revoked_at: Date | null
}

const columns: Sql = sql`id, tenant_id, name, scopes, created_at, created_by, expires_at, last_used_at, revoked_at`

function toApiKey(row: KeyRow): ApiKey {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    name: row.name,
    scopes: row.scopes,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    expiresAt: row.expires_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
  }
}

/** Creates the store of API keys. It works as the role `settings`. */
export function createKeyStore(db: Db): KeyStore {
  // The minute of each key's last write, so that a key is written at most once a minute.
  const lastWritten = new Map<string, number>()
  const read = async (statement: Sql, tenantId: string | null): Promise<readonly ApiKey[]> => {
    const rows = await db.tx('settings', tenantId, (queries) => queries.query<KeyRow>(statement))
    return rows.map(toApiKey)
  }
  return {
    async add({ hash, ...key }) {
      await db.tx('settings', key.tenantId, (queries) =>
        queries.query(sql`
          insert into ${tables.apiKeys} (${columns}, hash)
          values (${key.id}, ${key.tenantId}, ${key.name}, ${key.scopes}::text[], ${key.createdAt}, ${key.createdBy},
            ${key.expiresAt}, ${key.lastUsedAt}, ${key.revokedAt}, ${hash})`),
      )
    },
    list: (tenantId) =>
      read(
        sql`select ${columns} from ${tables.apiKeys} where tenant_id = ${tenantId} order by created_at desc, id desc`,
        tenantId,
      ),
    async find(hash) {
      const [key] = await read(sql`select ${columns} from ${tables.apiKeys} where hash = ${hash}`, null)
      return key ?? null
    },
    async revoke(tenantId, id, at) {
      const [key] = await read(
        sql`
          update ${tables.apiKeys} set revoked_at = coalesce(revoked_at, ${at})
          where tenant_id = ${tenantId} and id = ${id} returning ${columns}`,
        tenantId,
      )
      return key ?? null
    },
    async markUsed(id, at) {
      const minute = Math.floor(Date.parse(at) / MINUTE_MS) * MINUTE_MS
      if ((lastWritten.get(id) ?? Number.NEGATIVE_INFINITY) >= minute) return
      const usedAt = new Date(minute).toISOString()
      await db.tx('settings', null, (queries) =>
        queries.query(sql`
          update ${tables.apiKeys} set last_used_at = ${usedAt}
          where id = ${id} and (last_used_at is null or last_used_at < ${usedAt})`),
      )
      lastWritten.set(id, minute)
    },
  }
}
