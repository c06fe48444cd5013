import { workerData } from 'node:worker_threads'
import pg from 'pg'
import { COPY_COLUMNS, copyInto } from './copy.ts'
import { generateLines, type PartitionJob } from './partition-job.ts'

/** The input of a seed worker. */
export interface WorkerInput {
  readonly url: string
  readonly jobs: readonly PartitionJob[]
}

const { url, jobs }: WorkerInput = workerData
const client = new pg.Client({ connectionString: url })
await client.connect()
for (const job of jobs) {
  await client.query('begin')
  await client.query(`truncate ${job.table}`)
  // COPY FREEZE into a table truncated in the same transaction: no write-ahead log, and no vacuum needed.
  await copyInto(client, `copy ${job.table} (${COPY_COLUMNS}) from stdin (freeze)`, generateLines(job))
  await client.query('commit')
  for (const index of job.indexes) await client.query(index)
}
await client.end()
