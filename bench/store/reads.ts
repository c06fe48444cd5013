import pg from 'pg'
import { formatMs, quantile, type ResultRow } from '../report.ts'
import { drawFilters, type ListQuery } from './filters.ts'
import type { RunningService } from './service-process.ts'
import { drawTextQueries, type TextQuery } from './text-queries.ts'

/** The columns of a page in the SQL reference: those that a reader gets. */
const COLUMNS = `tenant_id, id, seq, occurred_at, received_at, action, category, kind, status, severity, actor_type, actor_id,
  actor_name, actor_email, on_behalf_of, impersonated_by, resource_type, resource_id, resource_name, resource_href, scope,
  description, changes, metadata, error, redacted, caused_by, channel, ip, user_agent, request_id, trace_id, method, route`

/** The timeout of a reference statement. It counts as its duration. */
const STATEMENT_TIMEOUT_MS = 2_000

/** Runs hand-written SQL on one connection, as a reference. */
interface SqlReference {
  /** Runs a statement, prepared at its first use, and returns its milliseconds. */
  timed(text: string, values: readonly unknown[]): Promise<number>
}

export async function withSqlReference<T>(url: string, work: (sqlReference: SqlReference) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, options: `-c statement_timeout=${STATEMENT_TIMEOUT_MS}` })
  await client.connect()
  const names = new Map<string, string>()
  try {
    return await work({
      async timed(text, values) {
        const name = names.get(text) ?? `reference_${names.size}`
        names.set(text, name)
        const started = performance.now()
        try {
          await client.query({ text, values: [...values], name })
        } catch (error) {
          if (performance.now() - started < STATEMENT_TIMEOUT_MS) throw error
        }
        return performance.now() - started
      },
    })
  } finally {
    await client.end()
  }
}

function requestList(service: RunningService, { tenant, query }: ListQuery) {
  return service.timed(tenant, `/api/v1/events?limit=50&${query}`)
}

interface TimedCase {
  readonly name: string
  /** The times of the first pass, which may read from disk. */
  readonly first: readonly number[]
  readonly measured: readonly number[]
  readonly reference: readonly number[]
}

type QueryCases = readonly { readonly name: string; readonly queries: readonly ListQuery[] }[]

/** Runs two passes through the service, then the SQL references, because a bad plan evicts other data from memory. */
async function timeAll(
  service: RunningService,
  sqlReference: SqlReference | null,
  cases: QueryCases,
): Promise<readonly TimedCase[]> {
  const pass = async () => {
    const all: number[][] = []
    for (const { queries } of cases) {
      const times: number[] = []
      for (const query of queries) times.push((await requestList(service, query)).ms)
      all.push(times)
    }
    return all
  }
  const first = await pass()
  const measured = await pass()
  const reference: number[][] = []
  for (const { queries } of sqlReference === null ? [] : cases) {
    const times: number[] = []
    for (const { condition, values } of queries) {
      const text = `select ${COLUMNS} from whodid.events where ${condition} order by id desc limit 51`
      times.push((await sqlReference?.timed(text, values)) ?? 0)
    }
    reference.push(times)
  }
  return cases.map(({ name }, at) => ({
    name,
    first: first[at] ?? [],
    measured: measured[at] ?? [],
    reference: reference[at] ?? [],
  }))
}

function getRatio(measured: number, reference: number): number | null {
  return Number.isNaN(reference) ? null : measured / reference
}

function formatMsOrEmpty(value: number): string {
  return Number.isNaN(value) ? '' : formatMs(value)
}

/** Measures the median time of a page of 50 with one filter, over all filters. */
export async function measureMedianPage(service: RunningService, rows: number): Promise<number> {
  return quantile(
    (await timeAll(service, null, drawFilters(rows, 20, 6).singles)).flatMap(({ measured }) => measured),
    0.5,
  )
}

export async function benchPages(
  service: RunningService,
  sqlReference: SqlReference | null,
  rows: number,
  small: { readonly rows: number; readonly ms: number } | null,
): Promise<readonly ResultRow[]> {
  const { singles, combined } = drawFilters(rows, 20, 6)
  const deep = await benchDeepPages(service, sqlReference)
  const timed = await timeAll(service, sqlReference, [...singles, ...combined])
  const single = timed.slice(0, singles.length)
  const several = timed.slice(singles.length)
  const all = (timed: readonly TimedCase[], pass: 'first' | 'measured' | 'reference', fraction: number) =>
    quantile(
      timed.flatMap((each) => each[pass]),
      fraction,
    )
  const firstRequests = (timed: readonly TimedCase[]): ResultRow => ({
    name: '– first request: p50, p95',
    measured: `${formatMs(all(timed, 'first', 0.5))}, ${formatMs(all(timed, 'first', 0.95))}`,
    reference: '',
    ratio: null,
    target: '',
    passed: null,
  })
  const [p50, reference50] = [all(single, 'measured', 0.5), all(single, 'reference', 0.5)]
  const [p95, reference95] = [all(several, 'measured', 0.95), all(several, 'reference', 0.95)]
  const detail = (timed: readonly TimedCase[]): ResultRow[] =>
    timed.map(({ name, measured, reference }) => ({
      name: `– ${name}: p50, p95`,
      measured: `${formatMs(quantile(measured, 0.5))}, ${formatMs(quantile(measured, 0.95))}`,
      reference:
        reference.length === 0 ? '' : `${formatMs(quantile(reference, 0.5))}, ${formatMs(quantile(reference, 0.95))}`,
      ratio: getRatio(quantile(measured, 0.5), quantile(reference, 0.5)),
      target: '',
      passed: null,
    }))
  const hasTargets = small !== null
  return [
    {
      name: 'page of 50 with one filter, p50',
      measured: formatMs(p50),
      reference: formatMsOrEmpty(reference50),
      ratio: getRatio(p50, reference50),
      target: hasTargets ? '≤ 5 ms' : '',
      passed: hasTargets ? p50 <= 5 : null,
    },
    ...(small === null
      ? []
      : [
          {
            name: `– compared with ${small.rows.toLocaleString('en')} events`,
            measured: formatMs(p50),
            reference: formatMs(small.ms),
            ratio: p50 / small.ms,
            target: '≤ 1.5',
            passed: p50 / small.ms <= 1.5,
          },
        ]),
    firstRequests(single),
    ...detail(single),
    {
      name: 'page of 50 with two or three filters, p95',
      measured: formatMs(p95),
      reference: formatMsOrEmpty(reference95),
      ratio: getRatio(p95, reference95),
      target: hasTargets ? '≤ 60 ms' : '',
      passed: hasTargets ? p95 <= 60 : null,
    },
    firstRequests(several),
    ...detail(several),
    deep,
  ]
}

/** Measures pages half a year back, by cursor. */
async function benchDeepPages(service: RunningService, sqlReference: SqlReference | null): Promise<ResultRow> {
  const times: number[] = []
  const referenceTimes: number[] = []
  let cursor = ''
  for (let nth = 0; nth < 60; nth += 1) {
    const path = `/api/v1/events?limit=50&to=2026-06-15T00:00:00.000Z${cursor === '' ? '' : `&cursor=${cursor}`}`
    const { ms: took, text } = await service.timed('org_01', path)
    times.push(took)
    const page: { readonly nextCursor: string; readonly items: readonly { readonly id: string }[] } = JSON.parse(text)
    cursor = page.nextCursor
    if (sqlReference === null) continue
    const last = page.items.at(-1)?.id
    const statement = `select ${COLUMNS} from whodid.events where tenant_id = $1 and id < $2 order by id desc limit 51`
    referenceTimes.push(await sqlReference.timed(statement, ['org_01', last]))
  }
  const [p50, reference50] = [quantile(times.slice(5), 0.5), quantile(referenceTimes.slice(5), 0.5)]
  return {
    name: 'page half a year back, by cursor, p50',
    measured: formatMs(p50),
    reference: formatMsOrEmpty(reference50),
    ratio: getRatio(p50, reference50),
    target: '',
    passed: null,
  }
}

const REFERENCE_SEARCHES = 24

export async function benchSearches(
  service: RunningService,
  sqlReference: SqlReference | null,
  rows: number,
  hasTargets: boolean,
) {
  const drawn = drawTextQueries(rows)
  const search = ({ tenant, text }: TextQuery) =>
    service.timed(tenant, `/api/v1/events?limit=50&q=${encodeURIComponent(text)}`)
  const result: ResultRow[] = []
  const pass = async (words: readonly TextQuery[]) => {
    const times: number[] = []
    for (const word of words) times.push((await search(word)).ms)
    return times
  }
  const timed = []
  for (const [frequency, words] of Object.entries(drawn)) {
    timed.push({ frequency, words, first: await pass(words), measured: await pass(words) })
  }
  const formatTimes = (times: readonly number[]) =>
    [0.5, 0.95, 1].map((fraction) => formatMs(quantile(times, fraction))).join(', ')
  for (const { frequency, words, first, measured } of timed) {
    const slowest = words[measured.indexOf(Math.max(...measured))]?.text
    const referenceTimes: number[] = []
    for (const { tenant, text } of sqlReference === null ? [] : words.slice(0, REFERENCE_SEARCHES)) {
      // A straightforward query. The planner chooses.
      const needles = text.toLowerCase().split(' ')
      const conditions = needles.map((_, at) => `search_text like $${at + 2}`).join(' and ')
      const values = [tenant, ...needles.map((needle) => `%${needle}%`)]
      const statement = `select ${COLUMNS} from whodid.events where tenant_id = $1 and ${conditions} order by id desc limit 51`
      referenceTimes.push((await sqlReference?.timed(statement, values)) ?? 0)
    }
    const [p95, max] = [quantile(measured, 0.95), quantile(measured, 1)]
    result.push({
      name: `text search, ${frequency} words: p50, p95, max of ${words.length} (slowest: ${slowest})`,
      measured: formatTimes(measured),
      reference: sqlReference === null ? '' : formatTimes(referenceTimes),
      ratio: getRatio(max, quantile(referenceTimes, 1)),
      target: hasTargets ? 'p95 ≤ 80, max ≤ 150 ms' : '',
      passed: hasTargets ? p95 <= 80 && max <= 150 : null,
    })
    const name = '– first request: p50, p95, max'
    result.push({ name, measured: formatTimes(first), reference: '', ratio: null, target: '', passed: null })
  }
  return result
}

const FACETS = ['actor', 'action', 'category', 'kind', 'resourceType', 'project', 'status', 'channel', 'severity']

/** Measures facets and statistics. */
export async function benchAggregates(
  service: RunningService,
  sqlReference: SqlReference | null,
): Promise<readonly ResultRow[]> {
  const measure = async (name: string, paths: readonly string[], statement: string, values: readonly unknown[]) => {
    const measured: number[] = []
    const reference: number[] = []
    for (const path of [...paths, ...paths, ...paths]) {
      measured.push((await service.timed('org_01', path)).ms)
      if (sqlReference !== null) reference.push(await sqlReference.timed(statement, values))
    }
    const [p50, reference50] = [quantile(measured, 0.5), quantile(reference, 0.5)]
    return {
      name: `${name}: p50, p95`,
      measured: `${formatMs(p50)}, ${formatMs(quantile(measured, 0.95))}`,
      reference: sqlReference === null ? '' : `${formatMs(reference50)}, ${formatMs(quantile(reference, 0.95))}`,
      ratio: getRatio(p50, reference50),
      target: '',
      passed: null,
    }
  }
  const facet = FACETS.map((_, at) => `grouping(c${at}) = 0`).length
  const columns = [
    'actor_id',
    'action',
    'category',
    'kind',
    'resource_type',
    'project_id',
    'status',
    'channel',
    'severity',
  ]
  const facetSql = `select ${columns.join(', ')}, count(*) from (
    select ${columns.join(', ')} from whodid.events where tenant_id = $1 order by id desc limit 10000) newest
    group by grouping sets (${columns.map((column) => `(${column})`).join(', ')})`
  const path = `/api/v1/facets?dimensions=${FACETS.slice(0, facet).join(',')}`
  const filters = [
    '',
    '&category=document',
    '&action=file.downloaded',
    '&status=failure',
    '&project=prj_0_1',
    '&kind=update',
  ]
  const period = 'from=2026-10-21&to=2026-11-19'
  const daysSql = `select day, kind, status, sum(n) from whodid.rollup_day
    where tenant_id = $1 and day >= '2026-10-21' and day < '2026-11-20' group by 1, 2, 3`
  return [
    await measure(
      'facets of nine dimensions',
      filters.map((filter) => path + filter),
      facetSql,
      ['org_01'],
    ),
    await measure('stats of 30 days', [`/api/v1/stats?${period}`, `/api/v1/stats?${period}`], daysSql, ['org_01']),
    await measure('stats of a year', ['/api/v1/stats?from=2025-11-20&to=2026-11-19'], daysSql, ['org_01']),
  ]
}
