import { SCHEMA } from './tables.ts'

/**
 * Statements for a migration that let each tenant see and write only its own rows of a table, by `app.tenant` of the transaction:
 * nothing at all while that is unset, or empty as a commit leaves it. The owner of the table is not held by it. Rights on the
 * table are granted apart from it, to the roles that need them.
 */
export function isolated(table: string): readonly string[] {
  return [
    `alter table ${SCHEMA}.${table} enable row level security`,
    `create policy own_tenant on ${SCHEMA}.${table}
    using (tenant_id = nullif(current_setting('app.tenant', true), ''))`,
  ]
}
