import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { z } from 'zod'
import { type Row, SCHEMAS, type TableName } from './records.ts'

/** The resource of a record in the activity log. */
interface RecordResource {
  readonly type: string
  readonly id: string
  readonly name: string
}

/** One write of a record: its resource in the activity log, and its fields before and after. */
export interface Write {
  readonly resource: RecordResource
  /** Null when the record is new. */
  readonly before: object | null
  /** Null when the record was removed. */
  readonly after: object | null
}

/** One table of records. Each write is reported to the listener of the database. */
interface Table<R extends { id: string; org: string }> {
  get(id: string): R | undefined
  list(org: string): R[]
  all(): R[]
  insert(row: R): R
  /** Changes the fields of `patch` that are not undefined. */
  update(row: R, patch: { readonly [K in Exclude<keyof R, 'id' | 'org'>]?: R[K] | undefined }): R
  remove(row: R): void
}

/** Acme Cloud's own data. */
export type Database = { readonly [T in TableName]: Table<Row<T>> } & {
  /** Runs a group of writes in one transaction. */
  transaction<R>(run: () => R): R
  /** Sets the listener for writes to tables whose records are resources in the activity log. */
  onWrite(listener: (write: Write) => void): void
  close(): void
}

/** Creates a random id, such as `prj_8kq2m0xw41`. */
export function createRecordId(prefix: string): string {
  return `${prefix}_${BigInt(`0x${randomBytes(8).toString('hex')}`)
    .toString(36)
    .padStart(13, '0')
    .slice(0, 10)}`
}

/** Opens the SQLite file of Acme Cloud's own data. Records are JSON documents, validated on every read and write. */
export function openDatabase(file: string): Database {
  let listener: (write: Write) => void = () => {}
  mkdirSync(dirname(file), { recursive: true })
  const db = new DatabaseSync(file)
  db.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS records (
      position INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      id TEXT NOT NULL,
      org TEXT NOT NULL,
      body TEXT NOT NULL,
      UNIQUE (kind, id)
    );
    CREATE INDEX IF NOT EXISTS records_of_org ON records (kind, org, position);
  `)
  const statements = {
    get: db.prepare('SELECT body FROM records WHERE kind = ? AND id = ?'),
    list: db.prepare('SELECT body FROM records WHERE kind = ? AND org = ? ORDER BY position'),
    all: db.prepare('SELECT body FROM records WHERE kind = ? ORDER BY position'),
    insert: db.prepare('INSERT INTO records (kind, id, org, body) VALUES (?, ?, ?, ?)'),
    update: db.prepare('UPDATE records SET body = ? WHERE kind = ? AND id = ?'),
    remove: db.prepare('DELETE FROM records WHERE kind = ? AND id = ?'),
  }

  /** Creates a table. Records become resources of the activity log when `toResource` is given. */
  function table<R extends { id: string; org: string }>(
    kind: TableName,
    schema: z.ZodType<R>,
    toResource?: (row: R) => RecordResource,
  ): Table<R> {
    function notify(row: R, before: R | null, after: R | null) {
      if (!toResource) return
      listener({ resource: toResource(row), before: before && omitIds(before), after: after && omitIds(after) })
    }

    function validate(value: unknown): R {
      const result = schema.safeParse(value)
      if (!result.success) throw new Error(`Invalid ${kind} record.`, { cause: result.error })
      return result.data
    }

    function parse(stored: Record<string, unknown>): R {
      return validate(JSON.parse(String(stored.body)))
    }

    return {
      get(id) {
        const stored = statements.get.get(kind, id)
        return stored && parse(stored)
      },
      list: (org) => statements.list.all(kind, org).map(parse),
      all: () => statements.all.all(kind).map(parse),
      insert(row) {
        const after = validate(row)
        statements.insert.run(kind, after.id, after.org, JSON.stringify(after))
        notify(after, null, after)
        return after
      },
      update(row, patch) {
        const fields = Object.entries(patch).filter(([, value]) => value !== undefined)
        const after = validate({ ...row, ...Object.fromEntries(fields) })
        statements.update.run(JSON.stringify(after), kind, row.id)
        notify(after, row, after)
        return after
      },
      remove(row) {
        statements.remove.run(kind, row.id)
        notify(row, row, null)
      },
    }
  }

  return {
    organization: table('organization', SCHEMAS.organization),
    member: table('member', SCHEMAS.member, ({ id, name }) => ({ type: 'membership', id, name })),
    session: table('session', SCHEMAS.session),
    passwordReset: table('passwordReset', SCHEMAS.passwordReset),
    project: table('project', SCHEMAS.project, ({ id, name }) => ({ type: 'project', id, name })),
    service: table('service', SCHEMAS.service, ({ id, name }) => ({ type: 'service', id, name })),
    job: table('job', SCHEMAS.job, ({ id, name }) => ({ type: 'job', id, name })),
    generation: table('generation', SCHEMAS.generation, ({ id, name }) => ({ type: 'generation', id, name })),
    apiKey: table('apiKey', SCHEMAS.apiKey, ({ id, name }) => ({ type: 'api_key', id, name })),
    invitation: table('invitation', SCHEMAS.invitation, ({ id, email }) => ({ type: 'invitation', id, name: email })),
    webhook: table('webhook', SCHEMAS.webhook, ({ id, url }) => ({ type: 'webhook', id, name: new URL(url).host })),
    domain: table('domain', SCHEMAS.domain, ({ id, name }) => ({ type: 'domain', id, name })),
    account: table('account', SCHEMAS.account, ({ id, company, org }) => ({
      type: 'billing',
      id,
      name: company ?? org,
    })),
    subscription: table('subscription', SCHEMAS.subscription, ({ id, plan }) => ({
      type: 'subscription',
      id,
      name: `Acme Cloud ${plan}`,
    })),
    order: table('order', SCHEMAS.order, ({ id, number }) => ({ type: 'order', id, name: number })),
    notification: table('notification', SCHEMAS.notification, ({ id, title }) => ({
      type: 'notification',
      id,
      name: title,
    })),
    consent: table('consent', SCHEMAS.consent, ({ id }) => ({ type: 'consent', id, name: 'Cookie consent' })),
    bugReport: table('bugReport', SCHEMAS.bugReport, ({ id, title }) => ({ type: 'bug_report', id, name: title })),
    transaction(run) {
      db.exec('BEGIN IMMEDIATE')
      try {
        const result = run()
        db.exec('COMMIT')
        return result
      } catch (error) {
        db.exec('ROLLBACK')
        throw error
      }
    },
    onWrite(next) {
      listener = next
    },
    close: () => db.close(),
  }
}

/** Returns a record without its id and organization, which never change. */
function omitIds<R extends { id: string; org: string }>({ id: _id, org: _org, ...fields }: R): Omit<R, 'id' | 'org'> {
  return fields
}
