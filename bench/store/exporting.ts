import { once } from 'node:events'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { perSecond, type Row } from '../report.ts'
import { END, START } from '../seed/plan.ts'
import type { RunningService } from './running.ts'

/** The columns of the file, as SQL gives them at once. */
const COLUMNS = `id, coalesce(actor_name, actor_email, actor_id), category, action, description, occurred_at, status, kind, severity,
  actor_id, actor_type, actor_name, actor_email, on_behalf_of->>'id', on_behalf_of->>'name', impersonated_by->>'id',
  impersonated_by->>'name', resource_type, resource_id, resource_name, resource_href, leaves_deleted, project_id, scope,
  tenant_id, channel, ip, user_agent, method, route, request_id, trace_id, error->>'status', error->>'code',
  error->>'message', changes, metadata, redacted, caused_by, received_at, seq`

function linesIn(chunk: Buffer): number {
  let count = 0
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count += 1
  return count
}

interface Exported {
  readonly rows: number
  readonly seconds: number
  /** Bytes by which the process grew at most, and in the end. */
  readonly growth: number
  readonly last: number
  readonly cpu: number
}

async function exportAll(service: RunningService, tenant: string | null, query: string): Promise<Exported> {
  const before = await service.usage()
  const started = performance.now()
  const response = await service.get(tenant, `/api/v1/events/export?format=csv&${query}`)
  if (response.statusCode !== 200) throw new Error(`The export gave ${response.statusCode}.`)
  let rows = -1
  let most = before.rss
  const sampling = setInterval(async () => {
    most = Math.max(most, (await service.usage()).rss)
  }, 500)
  response.on('data', (chunk: Buffer) => {
    rows += linesIn(chunk)
  })
  await once(response, 'end')
  clearInterval(sampling)
  const seconds = (performance.now() - started) / 1000
  const after = await service.usage()
  return {
    rows,
    seconds,
    growth: Math.max(most, after.rss) - before.rss,
    last: after.rss - before.rss,
    cpu: after.cpu - before.cpu,
  }
}

async function copyOut(url: string, from: string, limit: number): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const started = performance.now()
    const stream = client.query(
      copyTo(`copy (select ${COLUMNS} from whodid.events where tenant_id = 'org_01' and occurred_at >= '${from}'
        order by id desc limit ${limit}) to stdout (format csv)`),
    )
    let rows = 0
    for await (const chunk of stream) rows += linesIn(chunk)
    return (rows * 1000) / (performance.now() - started)
  } finally {
    await client.end()
  }
}

const MOST = 1_000_000
const MIB = 2 ** 20

/** Exports a million events of one tenant, or all it has, and then everything there is. */
export async function exports(
  service: RunningService,
  { url, rows, barred }: { readonly url: string | null; readonly rows: number; readonly barred: boolean },
): Promise<readonly Row[]> {
  // So long a time that the tenant with half of all rows has about a million in it.
  const share = Math.min(1, MOST / (rows / 2))
  const from = new Date(END - share * (END - START)).toISOString()
  // A tenth of it first, until the heap of the process is as large as it gets.
  await exportAll(service, 'org_01', `from=${new Date(END - (share * (END - START)) / 10).toISOString()}`)
  const ours = await exportAll(service, 'org_01', `from=${from}`)
  const rate = ours.rows / ours.seconds
  const reference = url === null ? Number.NaN : await copyOut(url, from, ours.rows)
  const ratio = url === null ? null : rate / reference
  const everything = await exportAll(service, null, 'tenant=*')
  const count = (value: number) => value.toLocaleString('en')
  return [
    {
      name: `export of ${count(ours.rows)} events as CSV (${Math.round((ours.cpu * 1000) / ours.rows)} µs CPU of the service a row)`,
      ours: perSecond(rate, 'rows'),
      reference: url === null ? '' : perSecond(reference, 'rows'),
      ratio,
      bar: barred ? '≥ 80,000 rows/s or ≥ 0.15' : '',
      ok: barred ? rate >= 80_000 || (ratio !== null && ratio >= 0.15) : null,
    },
    {
      name: 'growth of the service’s RSS meanwhile, after a first export of a tenth of it, at most',
      ours: `${(ours.growth / MIB).toFixed(0)} MiB`,
      reference: '',
      ratio: null,
      bar: barred ? '≤ 50 MiB' : '',
      ok: barred ? ours.growth <= 50 * MIB : null,
    },
    {
      name: `growth of RSS through an export of all ${count(everything.rows)} events of 20 tenants: at most, at the end`,
      ours: `${(everything.growth / MIB).toFixed(0)} MiB, ${(everything.last / MIB).toFixed(0)} MiB`,
      reference: perSecond(everything.rows / everything.seconds, 'rows'),
      ratio: null,
      bar: barred ? '≤ 50 MiB' : '',
      ok: barred ? everything.growth <= 50 * MIB : null,
    },
  ]
}
