import { SCHEMA } from './tables.ts'

/**
 * Returns migration statements that restrict a table to the rows of the transaction's tenant, `app.tenant`. Without a tenant, or
 * with the empty one that a commit leaves, no row is visible. The table's owner bypasses the policy. Grants are separate.
 */
export function enableTenantIsolation(table: string): readonly string[] {
  return [
    `alter table ${SCHEMA}.${table} enable row level security`,
    `create policy tenant_isolation on ${SCHEMA}.${table}
    using (tenant_id = nullif(current_setting('app.tenant', true), ''))`,
  ]
}
