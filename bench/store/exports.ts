import { once } from 'node:events'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { formatRate, type ResultRow } from '../report.ts'
import { END, START } from '../seed/plan.ts'
import type { RunningService } from './service-process.ts'

/** The columns of the CSV export, in SQL. */
const COLUMNS = `id, coalesce(actor_name, actor_email, actor_id), category, action, description, occurred_at, status, kind, severity,
  actor_id, actor_type, actor_name, actor_email, on_behalf_of->>'id', on_behalf_of->>'name', impersonated_by->>'id',
  impersonated_by->>'name', resource_type, resource_id, resource_name, resource_href, resource_deleted, project_id, scope,
  tenant_id, channel, ip, user_agent, method, route, request_id, trace_id, error->>'status', error->>'code',
  error->>'message', changes, metadata, redacted, caused_by, received_at, seq`

function countLines(chunk: Buffer): number {
  let count = 0
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count += 1
  return count
}

interface ExportResult {
  readonly rows: number
  readonly seconds: number
  /** The growth of the process's memory in bytes: the maximum, and at the end. */
  readonly maxGrowth: number
  readonly finalGrowth: number
  readonly cpuMs: number
}

async function runExport(service: RunningService, tenant: string | null, query: string): Promise<ExportResult> {
  const before = await service.usage()
  const started = performance.now()
  const response = await service.get(tenant, `/api/v1/events/export?format=csv&${query}`)
  if (response.statusCode !== 200) throw new Error(`The export failed with status ${response.statusCode}.`)
  let rows = -1
  let maxRss = before.rssBytes
  const sampling = setInterval(async () => {
    maxRss = Math.max(maxRss, (await service.usage()).rssBytes)
  }, 500)
  response.on('data', (chunk: Buffer) => {
    rows += countLines(chunk)
  })
  await once(response, 'end')
  clearInterval(sampling)
  const seconds = (performance.now() - started) / 1000
  const after = await service.usage()
  return {
    rows,
    seconds,
    maxGrowth: Math.max(maxRss, after.rssBytes) - before.rssBytes,
    finalGrowth: after.rssBytes - before.rssBytes,
    cpuMs: after.cpuMs - before.cpuMs,
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
    for await (const chunk of stream) rows += countLines(chunk)
    return (rows * 1000) / (performance.now() - started)
  } finally {
    await client.end()
  }
}

const MAX_ROWS = 1_000_000
const MIB = 2 ** 20

/** Exports up to a million events of one tenant, then all events of all tenants. */
export async function benchExports(
  service: RunningService,
  { url, rows, hasTargets }: { readonly url: string | null; readonly rows: number; readonly hasTargets: boolean },
): Promise<readonly ResultRow[]> {
  // A period that contains about a million events of the tenant with half of all rows.
  const share = Math.min(1, MAX_ROWS / (rows / 2))
  const from = new Date(END - share * (END - START)).toISOString()
  // Exports a tenth first, so that the heap has grown to its working size.
  await runExport(service, 'org_01', `from=${new Date(END - (share * (END - START)) / 10).toISOString()}`)
  const measured = await runExport(service, 'org_01', `from=${from}`)
  const rate = measured.rows / measured.seconds
  const reference = url === null ? Number.NaN : await copyOut(url, from, measured.rows)
  const ratio = url === null ? null : rate / reference
  const everything = await runExport(service, null, 'tenant=*')
  const count = (value: number) => value.toLocaleString('en')
  return [
    {
      name: `export of ${count(measured.rows)} events as CSV (${Math.round((measured.cpuMs * 1000) / measured.rows)} µs service CPU per row)`,
      measured: formatRate(rate, 'rows'),
      reference: url === null ? '' : formatRate(reference, 'rows'),
      ratio,
      target: hasTargets ? '≥ 80,000 rows/s or ≥ 0.15' : '',
      passed: hasTargets ? rate >= 80_000 || (ratio !== null && ratio >= 0.15) : null,
    },
    {
      name: '– maximum growth of service memory',
      measured: `${(measured.maxGrowth / MIB).toFixed(0)} MiB`,
      reference: '',
      ratio: null,
      target: hasTargets ? '≤ 50 MiB' : '',
      passed: hasTargets ? measured.maxGrowth <= 50 * MIB : null,
    },
    {
      name: `memory growth during an export of all ${count(everything.rows)} events: maximum, at the end`,
      measured: `${(everything.maxGrowth / MIB).toFixed(0)} MiB, ${(everything.finalGrowth / MIB).toFixed(0)} MiB`,
      reference: formatRate(everything.rows / everything.seconds, 'rows'),
      ratio: null,
      target: hasTargets ? '≤ 50 MiB' : '',
      passed: hasTargets ? everything.maxGrowth <= 50 * MIB : null,
    },
  ]
}
