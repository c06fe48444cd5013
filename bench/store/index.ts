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
const say = (what: string) => console.error(what)

/** Everything about PostgreSQL at one size. */
const onPostgres = async ({ rows, only }: StoreBench): Promise<Result> => {
  const wants = (part: string) => only.length === 0 || only.includes(part)
  await using server = await startSeeded([SMALL, rows], say)
  const result: Row[] = []
  const take = (part: readonly Row[]) => {
    result.push(...part)
    say(tableOf(part))
  }
  let small: { readonly rows: number; readonly ms: number } | null = null
  if (wants('pages')) {
    await using service = await startService('postgresql', server.url(SMALL))
    small = { rows: SMALL, ms: await middlePage(service, SMALL) }
  }
  await server.clean(SMALL)
  await using service = await startService('postgresql', server.url(rows))
  await withHand(server.adminUrl(rows), async (hand) => {
    if (wants('pages')) take(await pages(service, hand, rows, small))
    if (wants('text')) take(await searches(service, hand, rows, true))
    if (wants('aggregates')) take(await aggregates(service, hand))
  })
  if (wants('export')) take(await exports(service, { url: server.adminUrl(rows), rows, barred: true }))
  if (wants('ingest')) take(await ingesting(service, { url: server.adminUrl(rows), rows, batches: 200, barred: true }))
  await server.clean(rows)
  const settings = Object.entries(server.settings).map(([name, value]) => `${name} ${value}`)
  return {
    bench: `store, ${rows.toLocaleString('en')} rows`,
    machine: machineOf({ engine: server.version, settings: settings.join(', ') }),
    rows: result,
  }
}

export const benchStore = (options: StoreBench): Promise<Result> => onPostgres(options)
