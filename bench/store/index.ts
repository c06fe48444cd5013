import { cleanFolder, seededFolder } from '../pglite.ts'
import { startSeeded } from '../postgres.ts'
import { machineOf, type Row, tableOf } from '../report.ts'
import { exports } from './exporting.ts'
import { ingesting } from './ingesting.ts'
import { aggregates, middlePage, pages, searches, withHand } from './reading.ts'
import { startService } from './running.ts'

export interface StoreBench {
  readonly rows: number
  readonly engine: 'postgresql' | 'pglite'
  /** Parts of it, by name. @default all */
  readonly only: readonly string[]
}

export interface Result {
  readonly bench: string
  readonly machine: Readonly<Record<string, string>>
  readonly rows: readonly Row[]
}

const SMALL = 100_000

function say(what: string) {
  return console.error(what)
}

/** Everything about PostgreSQL at one size. */
async function onPostgres({ rows, only }: StoreBench): Promise<Result> {
  const wants = (part: string) => only.length === 0 || only.includes(part)
  await using server = await startSeeded([SMALL, rows], say)
  const result: Row[] = []
  const take = (part: readonly Row[]) => {
    result.push(...part)
    say(tableOf(part))
  }
  // What a run before has added, or one that was broken off.
  for (const size of [SMALL, rows]) await server.clean(size)
  let small: { readonly rows: number; readonly ms: number } | null = null
  if (wants('pages')) {
    await using service = await startService('postgresql', server.url(SMALL))
    small = { rows: SMALL, ms: await middlePage(service, SMALL) }
  }
  await using service = await startService('postgresql', server.url(rows))
  await withHand(server.adminUrl(rows), async (hand) => {
    await server.warm(rows)
    if (wants('pages')) take(await pages(service, hand, rows, small))
    // What was read by hand has pushed it out.
    await server.warm(rows)
    if (wants('text')) take(await searches(service, hand, rows, true))
    if (wants('aggregates')) take(await aggregates(service, hand))
  })
  if (wants('export')) take(await exports(service, { url: server.adminUrl(rows), rows, barred: true }))
  if (wants('ingest')) take(await ingesting(service, { url: server.adminUrl(rows), rows, batches: 200, barred: true }))
  const settings = Object.entries(server.settings).map(([name, value]) => `${name} ${value}`)
  return resultOf(rows, { engine: server.version, settings: settings.join(', ') }, result)
}

/** The same on PGlite, which no bar is about: there is no server to ask beside the service. */
async function onPglite({ rows, only }: StoreBench): Promise<Result> {
  const wants = (part: string) => only.length === 0 || only.includes(part)
  const folder = await seededFolder(rows, say)
  await cleanFolder(folder, rows)
  const result: Row[] = []
  const take = (part: readonly Row[]) => {
    result.push(...part)
    say(tableOf(part))
  }
  await using service = await startService('pglite', folder)
  if (wants('pages')) take(await pages(service, null, rows, null))
  if (wants('text')) take(await searches(service, null, rows, false))
  if (wants('aggregates')) take(await aggregates(service, null))
  if (wants('export')) take(await exports(service, { url: null, rows, barred: false }))
  if (wants('ingest')) take(await ingesting(service, { url: null, rows, batches: 60, barred: false }))
  return resultOf(rows, { engine: 'PGlite, in a folder, with fsync' }, result)
}

function resultOf(rows: number, about: Readonly<Record<string, string>>, result: readonly Row[]): Result {
  return {
    bench: `store, ${rows.toLocaleString('en')} rows`,
    machine: machineOf(about),
    rows: result,
  }
}

export function benchStore(options: StoreBench): Promise<Result> {
  return options.engine === 'pglite' ? onPglite(options) : onPostgres(options)
}
