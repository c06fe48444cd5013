import { WhodidError } from '@whodid/core'
import type { Db, Queries } from '../db.ts'
import { getErrorCode, isForbidden } from '../errors.ts'
import { raw, sql } from '../sql.ts'
import { SCHEMA } from './tables.ts'

const REMEDY =
  'connect as a restricted user, granted access with migratePostgres(ownerUrl, { grantTo }) from @whodid/postgres/pg'

interface PrivilegesRow extends Record<string, unknown> {
  readonly name: string
  readonly superuser: boolean
  readonly bypasses: boolean
  readonly owns: boolean
  readonly exists: boolean
}

/**
 * Returns why the database user could change stored events, as one clause, or null when it could not. Checks the session user
 * and every role it can become.
 */
async function findPrivilege(queries: Queries): Promise<string | null> {
  const [row] = await queries.query<PrivilegesRow>(sql`
    select session_user as name,
      exists (select from pg_roles where rolsuper and pg_has_role(session_user, oid, 'member')) as superuser,
      exists (select from pg_roles where rolbypassrls and pg_has_role(session_user, oid, 'member')) as bypasses,
      exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = ${SCHEMA}
        where c.relkind in ('r', 'p') and pg_has_role(session_user, c.relowner, 'member')) as owns,
      exists (select from pg_namespace where nspname = ${SCHEMA}) as exists`)
  if (row === undefined) throw new Error('The database returned no row for the session user.')
  if (row.superuser) return `The database user ${row.name} is a superuser`
  if (row.bypasses) return `The database user ${row.name} bypasses row-level security`
  if (row.owns) return `The database user ${row.name} owns the tables`
  return row.exists ? null : `The schema does not exist yet, and the database user ${row.name} would own the tables`
}

/** @throws WhodidError `store_unavailable` when the database user could change stored events */
export async function assertUnprivileged(queries: Queries): Promise<void> {
  const privilege = await findPrivilege(queries)
  if (privilege === null) return
  throw new WhodidError(
    'store_unavailable',
    `${privilege}, so it could change stored events. In production, ${REMEDY}, or pass { allowPrivilegedUser: true }.`,
  )
}

/** Returns a warning when the database user could change stored events, or null. */
export async function getPrivilegeWarning(queries: Queries): Promise<string | null> {
  const privilege = await findPrivilege(queries)
  return privilege && `${privilege}, so it could change stored events. To prevent that, ${REMEDY}.`
}

/** The roles that the service uses: all but the signer. */
const SERVICE_ROLES = ['ingest', 'reader', 'settings', 'purger', 'eraser'].map((role) => `whodid_${role}`).join(', ')

/**
 * Makes a user a member of the service's roles. From PostgreSQL 16 on, the membership itself inherits nothing: the user has a
 * role's rights only after `set role`.
 */
export async function grantAccess(db: Db, user: string): Promise<void> {
  const [server] = await db.query<{ version: number }>(
    sql`select current_setting('server_version_num')::integer as version`,
  )
  const options = server !== undefined && server.version >= 160_000 ? ' with inherit false, set true' : ''
  const name = `"${user.replaceAll('"', '""')}"`
  try {
    await db.tx('owner', null, (queries) => queries.query(raw(`grant ${SERVICE_ROLES} to ${name}${options}`)))
  } catch (error) {
    if (getErrorCode(error) === '42704') {
      throw new WhodidError(
        'invalid_input',
        `The database user ${user} does not exist. Create it with "create role ${user} login noinherit".`,
        { cause: error },
      )
    }
    if (!isForbidden(error)) throw error
    throw new WhodidError(
      'store_unavailable',
      `The database user may not grant access. Ask an administrator to run "grant ${SERVICE_ROLES} to ${user}".`,
      { cause: error },
    )
  }
}
