import { cleanFolder, openSeededFolder } from '../pglite.ts'
import { startSeededServer } from '../postgres.ts'
import { type BenchResult, describeMachine, formatTable, type ResultRow } from '../report.ts'
import { benchExports } from './exports.ts'
import { benchIngest } from './ingest.ts'
import { benchAggregates, benchPages, benchSearches, measureMedianPage, withSqlReference } from './reads.ts'
import { startService } from './service-process.ts'

interface StoreBenchOptions {
  readonly rows: number
  readonly engine: 'postgresql' | 'pglite'
  /** The parts to run. @default all */
  readonly only: readonly string[]
}

const SMALL_ROWS = 100_000

function log(message: string) {
  return console.error(message)
}

/** Runs the bench on PostgreSQL. */
async function benchPostgres({ rows, only }: StoreBenchOptions): Promise<BenchResult> {
  const includes = (part: string) => only.length === 0 || only.includes(part)
  await using server = await startSeededServer([SMALL_ROWS, rows], log)
  const result: ResultRow[] = []
  const add = (part: readonly ResultRow[]) => {
    result.push(...part)
    log(formatTable(part))
  }
  // Earlier runs may have added events.
  for (const size of [SMALL_ROWS, rows]) await server.clean(size)
  let small: { readonly rows: number; readonly ms: number } | null = null
  if (includes('pages')) {
    await using service = await startService('postgresql', server.url(SMALL_ROWS))
    small = { rows: SMALL_ROWS, ms: await measureMedianPage(service, SMALL_ROWS) }
  }
  await using service = await startService('postgresql', server.url(rows))
  await withSqlReference(server.adminUrl(rows), async (sqlReference) => {
    await server.warm(rows)
    if (includes('pages')) add(await benchPages(service, sqlReference, rows, small))
    // The reference queries may have evicted the data.
    await server.warm(rows)
    if (includes('text')) add(await benchSearches(service, sqlReference, rows, true))
    if (includes('aggregates')) add(await benchAggregates(service, sqlReference))
  })
  if (includes('export')) add(await benchExports(service, { url: server.adminUrl(rows), rows, hasTargets: true }))
  if (includes('ingest'))
    add(await benchIngest(service, { url: server.adminUrl(rows), rows, batches: 200, hasTargets: true }))
  const settings = Object.entries(server.settings).map(([name, value]) => `${name} ${value}`)
  return createResult(rows, { engine: server.version, settings: settings.join(', ') }, result)
}

/** Runs the bench on PGlite, without targets and without SQL references. */
async function benchPglite({ rows, only }: StoreBenchOptions): Promise<BenchResult> {
  const includes = (part: string) => only.length === 0 || only.includes(part)
  const folder = await openSeededFolder(rows, log)
  await cleanFolder(folder, rows)
  const result: ResultRow[] = []
  const add = (part: readonly ResultRow[]) => {
    result.push(...part)
    log(formatTable(part))
  }
  await using service = await startService('pglite', folder)
  if (includes('pages')) add(await benchPages(service, null, rows, null))
  if (includes('text')) add(await benchSearches(service, null, rows, false))
  if (includes('aggregates')) add(await benchAggregates(service, null))
  if (includes('export')) add(await benchExports(service, { url: null, rows, hasTargets: false }))
  if (includes('ingest')) add(await benchIngest(service, { url: null, rows, batches: 60, hasTargets: false }))
  return createResult(rows, { engine: 'PGlite, in a folder, with fsync' }, result)
}

function createResult(
  rows: number,
  about: Readonly<Record<string, string>>,
  result: readonly ResultRow[],
): BenchResult {
  return {
    bench: `store, ${rows.toLocaleString('en')} rows`,
    machine: describeMachine(about),
    rows: result,
  }
}

export function benchStore(options: StoreBenchOptions): Promise<BenchResult> {
  return options.engine === 'pglite' ? benchPglite(options) : benchPostgres(options)
}
