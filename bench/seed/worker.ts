import { parentPort, workerData } from 'node:worker_threads'
import { prepareEvent } from '@whodid/core'
import pg from 'pg'
import { catalog } from './catalog.ts'
import { COLUMNS, copyInto, lineOf } from './copy.ts'
import { eventsOf } from './events.ts'
import type { Stretch } from './plan.ts'

/** What a worker fills: a partition that stands detached, without indexes. */
export interface Order {
  readonly url: string
  readonly rows: number
  readonly table: string
  readonly stretch: Stretch
  /** What makes its indexes again. */
  readonly indexes: readonly string[]
}

function* linesOf({ stretch, rows }: Order): Generator<string> {
  for (const { tenantId, seq, receivedAt, event } of eventsOf(stretch, rows)) {
    yield lineOf(tenantId, seq, prepareEvent(event, { catalog: catalog.json, tenantId, receivedAt }))
  }
}

const fill = async (order: Order): Promise<void> => {
  const client = new pg.Client({ connectionString: order.url })
  await client.connect()
  try {
    await client.query(`begin; truncate ${order.table}`)
    // Into a table that was emptied in the same transaction: no log, and rows that need no vacuum.
    await copyInto(client, `copy ${order.table} (${COLUMNS}) from stdin (freeze)`, linesOf(order))
    await client.query('commit')
    const started = Date.now()
    for (const index of order.indexes) await client.query(index)
    parentPort?.postMessage({ indexed: Date.now() - started })
  } finally {
    await client.end()
  }
}

const orders: readonly Order[] = workerData
for (const order of orders) await fill(order)
