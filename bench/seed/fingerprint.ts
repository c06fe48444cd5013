import { createHash } from 'node:crypto'
import { events } from '../../packages/postgres/src/schema/migrations/0001-events.ts'
import { columns } from '../../packages/postgres/src/write/insert.ts'

/** To be changed with whatever else changes the rows of a data set, or how they lie. */
const VERSION = 1

/** Of what a data set is made by: one of another fingerprint is seeded anew. */
export const fingerprint: string = createHash('sha256')
  .update(JSON.stringify([VERSION, events, columns.map(([name]) => name)]))
  .digest('hex')
  .slice(0, 8)
