import { createHash } from 'node:crypto'
import { eventsMigration } from '../../packages/postgres/src/schema/migrations/0001-events.ts'
import { columns } from '../../packages/postgres/src/write/insert.ts'

/** Increase it when something else changes the rows of a data set or their order. */
const VERSION = 1

/** A hash of everything that determines a data set. A data set with another fingerprint is seeded again. */
export const fingerprint: string = createHash('sha256')
  .update(JSON.stringify([VERSION, eventsMigration, columns.map(([name]) => name)]))
  .digest('hex')
  .slice(0, 8)
