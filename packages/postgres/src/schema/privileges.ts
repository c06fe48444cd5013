import { WhodidError } from '@whodid/core'
import type { Db, Queries } from '../db.ts'
import { codeOf, isForbidden } from '../errors.ts'
import { raw, sql } from '../sql.ts'
import { SCHEMA } from './tables.ts'

const REMEDY = `connect as a user of lesser rights, whom migratePostgres(ownerUrl, { grantTo }) of @whodid/postgres/pg lets in`

interface PrivilegesRow extends Record<string, unknown> {
  readonly name: string
  readonly superuser: boolean
  readonly bypasses: boolean
  readonly owns: boolean
  readonly exists: boolean
}

/**
 * Why the database user could change what is stored, in one clause; null when it could not. It is the user who logged in that
 * counts, with all that it may become.
 */
async function privilegeOf(queries: Queries): Promise<string | null> {
  const [row] = await queries.query<PrivilegesRow>(sql`
    select session_user as name,
      exists (select from pg_roles where rolsuper and pg_has_role(session_user, oid, 'member')) as superuser,
      exists (select from pg_roles where rolbypassrls and pg_has_role(session_user, oid, 'member')) as bypasses,
      exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = ${SCHEMA}
        where c.relkind in ('r', 'p') and pg_has_role(session_user, c.relowner, 'member')) as owns,
      exists (select from pg_namespace where nspname = ${SCHEMA}) as exists`)
  if (row === undefined) throw new Error('The database says nothing of its user.')
  if (row.superuser) return `The database user ${row.name} is a superuser`
  if (row.bypasses) return `The database user ${row.name} bypasses row-level security`
  if (row.owns) return `The database user ${row.name} owns the tables`
  return row.exists ? null : `The schema is not there, and the database user ${row.name} would own the tables`
}

/** @throws WhodidError `store_unavailable` when the database user could change what is stored */
export async function refusePrivileged(queries: Queries): Promise<void> {
  const privilege = await privilegeOf(queries)
  if (privilege === null) return
  throw new WhodidError(
    'store_unavailable',
    `${privilege}, so it could change stored events, which is refused in production: ${REMEDY}, or pass { allowPrivilegedUser: true }.`,
  )
}

/** The same as a warning; null when there is nothing to say. */
export async function privilegeWarning(queries: Queries): Promise<string | null> {
  const privilege = await privilegeOf(queries)
  return privilege && `${privilege}, so it could change stored events: ${REMEDY}.`
}

/** What the service works as. It signs nothing. */
const SERVICE_ROLES = ['ingest', 'reader', 'settings', 'purger', 'eraser'].map((role) => `whodid_${role}`).join(', ')

/**
 * Makes a user a member of the roles that the service works as. Where the server knows how, that gives it no right before it
 * takes one of them on.
 */
export async function letIn(db: Db, user: string): Promise<void> {
  const [server] = await db.query<{ version: number }>(
    sql`select current_setting('server_version_num')::integer as version`,
  )
  const how = server !== undefined && server.version >= 160_000 ? ' with inherit false, set true' : ''
  const name = `"${user.replaceAll('"', '""')}"`
  try {
    await db.tx('owner', null, (queries) => queries.query(raw(`grant ${SERVICE_ROLES} to ${name}${how}`)))
  } catch (error) {
    if (codeOf(error) === '42704') {
      throw new WhodidError(
        'invalid_input',
        `There is no database user ${user} to let in: make it with "create role ${user} login noinherit".`,
        { cause: error },
      )
    }
    if (!isForbidden(error)) throw error
    throw new WhodidError(
      'store_unavailable',
      `The database user may not let ${user} in: let an administrator run "grant ${SERVICE_ROLES} to ${user}".`,
      { cause: error },
    )
  }
}
