import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { z } from 'zod'
import { DESCRIPTIONS, type Described, type Row, SCHEMAS, type TableName } from './records.ts'

/** One write as the activity log wants it: what it touched, and that before and after. */
export interface Write extends Described {
  readonly before: object | null
  readonly after: object | null
}

/** The records of one kind. Whatever is written through it is told to the database's listener. */
export interface Table<R extends { id: string; org: string }> {
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
  /** Runs a group of writes as one: all or none. */
  transaction<R>(run: () => R): R
  /** Hears of each write of a record that people would call a resource. */
  onWrite(listener: (write: Write) => void): void
  close(): void
}

/** Makes an id such as `prj_8kq2m0xw41`. */
export function createRecordId(prefix: string): string {
  return `${prefix}_${BigInt(`0x${randomBytes(8).toString('hex')}`)
    .toString(36)
    .padStart(13, '0')
    .slice(0, 10)}`
}

/**
 * Opens the SQLite file that holds Acme Cloud's own data. Records are JSON documents, checked against their schema on
 * the way in and out.
 */
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

  function table<R extends { id: string; org: string }>(
    kind: TableName,
    schema: z.ZodType<R>,
    describe?: (row: R) => Described,
  ): Table<R> {
    const tell = (row: R, before: R | null, after: R | null) => {
      if (describe) listener({ ...describe(row), before: before && omitIds(before), after: after && omitIds(after) })
    }
    const parse = (found: Record<string, unknown>): R => schema.parse(JSON.parse(String(found.body)))
    return {
      get(id) {
        const found = statements.get.get(kind, id)
        return found && parse(found)
      },
      list: (org) => statements.list.all(kind, org).map(parse),
      all: () => statements.all.all(kind).map(parse),
      insert(row) {
        const after = schema.parse(row)
        statements.insert.run(kind, after.id, after.org, JSON.stringify(after))
        tell(after, null, after)
        return after
      },
      update(row, patch) {
        const given = Object.entries(patch).filter(([, value]) => value !== undefined)
        const after = schema.parse({ ...row, ...Object.fromEntries(given) })
        statements.update.run(JSON.stringify(after), kind, row.id)
        tell(after, row, after)
        return after
      },
      remove(row) {
        statements.remove.run(kind, row.id)
        tell(row, row, null)
      },
    }
  }

  return {
    organisation: table('organisation', SCHEMAS.organisation),
    member: table('member', SCHEMAS.member, DESCRIPTIONS.member),
    session: table('session', SCHEMAS.session),
    passwordReset: table('passwordReset', SCHEMAS.passwordReset),
    project: table('project', SCHEMAS.project, DESCRIPTIONS.project),
    service: table('service', SCHEMAS.service, DESCRIPTIONS.service),
    job: table('job', SCHEMAS.job, DESCRIPTIONS.job),
    generation: table('generation', SCHEMAS.generation, DESCRIPTIONS.generation),
    apiKey: table('apiKey', SCHEMAS.apiKey, DESCRIPTIONS.apiKey),
    invitation: table('invitation', SCHEMAS.invitation, DESCRIPTIONS.invitation),
    webhook: table('webhook', SCHEMAS.webhook, DESCRIPTIONS.webhook),
    domain: table('domain', SCHEMAS.domain, DESCRIPTIONS.domain),
    account: table('account', SCHEMAS.account, DESCRIPTIONS.account),
    subscription: table('subscription', SCHEMAS.subscription, DESCRIPTIONS.subscription),
    order: table('order', SCHEMAS.order, DESCRIPTIONS.order),
    notification: table('notification', SCHEMAS.notification, DESCRIPTIONS.notification),
    consent: table('consent', SCHEMAS.consent, DESCRIPTIONS.consent),
    bugReport: table('bugReport', SCHEMAS.bugReport, DESCRIPTIONS.bugReport),
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

/** A record without what never changes and says nothing: its id and its organisation. */
function omitIds<R extends { id: string; org: string }>({ id: _id, org: _org, ...facts }: R): Omit<R, 'id' | 'org'> {
  return facts
}
