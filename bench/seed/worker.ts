import { workerData } from 'node:worker_threads'
import pg from 'pg'
import { COLUMNS, copyInto } from './copy.ts'
import { linesOf, type Order } from './order.ts'

/** What a worker is given. */
export interface WorkerInput {
  readonly url: string
  readonly orders: readonly Order[]
}

const { url, orders }: WorkerInput = workerData
const client = new pg.Client({ connectionString: url })
await client.connect()
for (const order of orders) {
  await client.query('begin')
  await client.query(`truncate ${order.table}`)
  // Into a table that was emptied in the same transaction: no log, and rows that need no vacuum.
  await copyInto(client, `copy ${order.table} (${COLUMNS}) from stdin (freeze)`, linesOf(order))
  await client.query('commit')
  for (const index of order.indexes) await client.query(index)
}
await client.end()
