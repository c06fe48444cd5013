import pg from 'pg'
import { ms, quantile, type Row } from '../report.ts'
import { type Asked, drawFilters } from './filters.ts'
import type { RunningService } from './running.ts'
import { drawWords, type Searched } from './words.ts'

/** What a hand-written page selects: what a reader gets, and no more. */
const COLUMNS = `tenant_id, id, seq, occurred_at, received_at, action, category, kind, status, severity, actor_type, actor_id,
  actor_name, actor_email, on_behalf_of, impersonated_by, resource_type, resource_id, resource_name, resource_href, scope,
  description, changes, metadata, error, redacted, caused_by, channel, ip, user_agent, request_id, trace_id, method, route`

/** A hand-written statement is ended then, and counts as so many milliseconds. */
const PATIENCE = 2_000

/** Best hand-written SQL on one connection; null where there is no database beside the service to ask. */
export interface ByHand {
  /** A statement, prepared at its first use, and the milliseconds that it took. */
  timed(text: string, values: readonly unknown[]): Promise<number>
}

export async function withHand<T>(url: string, work: (hand: ByHand) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, options: `-c statement_timeout=${PATIENCE}` })
  await client.connect()
  const names = new Map<string, string>()
  try {
    return await work({
      async timed(text, values) {
        const name = names.get(text) ?? `by_hand_${names.size}`
        names.set(text, name)
        const started = performance.now()
        try {
          await client.query({ text, values: [...values], name })
        } catch (error) {
          if (performance.now() - started < PATIENCE) throw error
        }
        return performance.now() - started
      },
    })
  } finally {
    await client.end()
  }
}

function list(service: RunningService, { tenant, query }: Asked) {
  return service.timed(tenant, `/api/v1/events?limit=50&${query}`)
}

interface Timed {
  readonly name: string
  /** When each was asked for the first time: what it reads may have to come from the disk. */
  readonly first: readonly number[]
  readonly ours: readonly number[]
  readonly byHand: readonly number[]
}

type Cases = readonly { readonly name: string; readonly asked: readonly Asked[] }[]

/** All of ours twice, then all by hand: what a bad plan reads pushes everything else out of memory. */
async function timeAll(service: RunningService, hand: ByHand | null, cases: Cases): Promise<readonly Timed[]> {
  const pass = async () => {
    const all: number[][] = []
    for (const { asked } of cases) {
      const times: number[] = []
      for (const one of asked) times.push((await list(service, one)).ms)
      all.push(times)
    }
    return all
  }
  const first = await pass()
  const ours = await pass()
  const byHand: number[][] = []
  for (const { asked } of hand === null ? [] : cases) {
    const times: number[] = []
    for (const { condition, values } of asked) {
      const text = `select ${COLUMNS} from whodid.events where ${condition} order by id desc limit 51`
      times.push((await hand?.timed(text, values)) ?? 0)
    }
    byHand.push(times)
  }
  return cases.map(({ name }, at) => ({
    name,
    first: first[at] ?? [],
    ours: ours[at] ?? [],
    byHand: byHand[at] ?? [],
  }))
}

function ratioOf(ours: number, reference: number): number | null {
  return Number.isNaN(reference) ? null : ours / reference
}

function msOr(value: number): string {
  return Number.isNaN(value) ? '' : ms(value)
}

/** The middle page of 50 under one filter, all filters alike: what a small data set says for comparison. */
export async function middlePage(service: RunningService, rows: number): Promise<number> {
  return quantile(
    (await timeAll(service, null, drawFilters(rows, 20, 6).singles)).flatMap(({ ours }) => ours),
    0.5,
  )
}

export async function pages(
  service: RunningService,
  hand: ByHand | null,
  rows: number,
  small: { readonly rows: number; readonly ms: number } | null,
): Promise<readonly Row[]> {
  const { singles, combined } = drawFilters(rows, 20, 6)
  const deep = await deepPages(service, hand)
  const timed = await timeAll(service, hand, [...singles, ...combined])
  const one = timed.slice(0, singles.length)
  const many = timed.slice(singles.length)
  const all = (timed: readonly Timed[], of: 'first' | 'ours' | 'byHand', part: number) =>
    quantile(
      timed.flatMap((each) => each[of]),
      part,
    )
  const firstAsked = (timed: readonly Timed[]): Row => ({
    name: '– when first asked for: p50, p95',
    ours: `${ms(all(timed, 'first', 0.5))}, ${ms(all(timed, 'first', 0.95))}`,
    reference: '',
    ratio: null,
    bar: '',
    ok: null,
  })
  const [p50, hand50] = [all(one, 'ours', 0.5), all(one, 'byHand', 0.5)]
  const [p95, hand95] = [all(many, 'ours', 0.95), all(many, 'byHand', 0.95)]
  const detail = (timed: readonly Timed[]): Row[] =>
    timed.map(({ name, ours, byHand }) => ({
      name: `– ${name}: p50, p95`,
      ours: `${ms(quantile(ours, 0.5))}, ${ms(quantile(ours, 0.95))}`,
      reference: byHand.length === 0 ? '' : `${ms(quantile(byHand, 0.5))}, ${ms(quantile(byHand, 0.95))}`,
      ratio: ratioOf(quantile(ours, 0.5), quantile(byHand, 0.5)),
      bar: '',
      ok: null,
    }))
  const bound = small !== null
  return [
    {
      name: 'page of 50 under one filter, p50',
      ours: ms(p50),
      reference: msOr(hand50),
      ratio: ratioOf(p50, hand50),
      bar: bound ? '≤ 5 ms' : '',
      ok: bound ? p50 <= 5 : null,
    },
    ...(small === null
      ? []
      : [
          {
            name: `the same against its time at ${small.rows.toLocaleString('en')} rows`,
            ours: ms(p50),
            reference: ms(small.ms),
            ratio: p50 / small.ms,
            bar: '≤ 1.5',
            ok: p50 / small.ms <= 1.5,
          },
        ]),
    firstAsked(one),
    ...detail(one),
    {
      name: 'page of 50 under two or three filters, p95',
      ours: ms(p95),
      reference: msOr(hand95),
      ratio: ratioOf(p95, hand95),
      bar: bound ? '≤ 60 ms' : '',
      ok: bound ? p95 <= 60 : null,
    },
    firstAsked(many),
    ...detail(many),
    deep,
  ]
}

/** Pages reached by cursor, far from the newest. */
async function deepPages(service: RunningService, hand: ByHand | null): Promise<Row> {
  const times: number[] = []
  const handTimes: number[] = []
  let cursor = ''
  for (let nth = 0; nth < 60; nth += 1) {
    const path = `/api/v1/events?limit=50&to=2026-06-15T00:00:00.000Z${cursor === '' ? '' : `&cursor=${cursor}`}`
    const { ms: took, text } = await service.timed('org_01', path)
    times.push(took)
    const page: { readonly nextCursor: string; readonly items: readonly { readonly id: string }[] } = JSON.parse(text)
    cursor = page.nextCursor
    if (hand === null) continue
    const last = page.items.at(-1)?.id
    const statement = `select ${COLUMNS} from whodid.events where tenant_id = $1 and id < $2 order by id desc limit 51`
    handTimes.push(await hand.timed(statement, ['org_01', last]))
  }
  const [p50, hand50] = [quantile(times.slice(5), 0.5), quantile(handTimes.slice(5), 0.5)]
  return {
    name: 'the sixty pages after one half a year back, p50',
    ours: ms(p50),
    reference: msOr(hand50),
    ratio: ratioOf(p50, hand50),
    bar: '',
    ok: null,
  }
}

const HAND_SEARCHES = 24

export async function searches(service: RunningService, hand: ByHand | null, rows: number, barred: boolean) {
  const drawn = drawWords(rows)
  const search = ({ tenant, text }: Searched) =>
    service.timed(tenant, `/api/v1/events?limit=50&q=${encodeURIComponent(text)}`)
  const result: Row[] = []
  const pass = async (words: readonly Searched[]) => {
    const times: number[] = []
    for (const word of words) times.push((await search(word)).ms)
    return times
  }
  const timed = []
  for (const [frequency, words] of Object.entries(drawn)) {
    timed.push({ frequency, words, first: await pass(words), ours: await pass(words) })
  }
  const threeOf = (times: readonly number[]) => [0.5, 0.95, 1].map((part) => ms(quantile(times, part))).join(', ')
  for (const { frequency, words, first, ours } of timed) {
    const slowest = words[ours.indexOf(Math.max(...ours))]?.text
    const handTimes: number[] = []
    for (const { tenant, text } of hand === null ? [] : words.slice(0, HAND_SEARCHES)) {
      // As somebody would write it first; the planner chooses.
      const needles = text.toLowerCase().split(' ')
      const conditions = needles.map((_, at) => `search_text like $${at + 2}`).join(' and ')
      const values = [tenant, ...needles.map((needle) => `%${needle}%`)]
      const statement = `select ${COLUMNS} from whodid.events where tenant_id = $1 and ${conditions} order by id desc limit 51`
      handTimes.push((await hand?.timed(statement, values)) ?? 0)
    }
    const [p95, worst] = [quantile(ours, 0.95), quantile(ours, 1)]
    result.push({
      name: `free text, ${frequency}, ${words.length} words: p50, p95, worst (${slowest})`,
      ours: threeOf(ours),
      reference: hand === null ? '' : threeOf(handTimes),
      ratio: ratioOf(worst, quantile(handTimes, 1)),
      bar: barred ? 'p95 ≤ 80, worst ≤ 150 ms' : '',
      ok: barred ? p95 <= 80 && worst <= 150 : null,
    })
    const name = '– when first asked for: p50, p95, worst'
    result.push({ name, ours: threeOf(first), reference: '', ratio: null, bar: '', ok: null })
  }
  return result
}

const FACETS = ['actor', 'action', 'category', 'kind', 'resourceType', 'project', 'status', 'channel', 'severity']

/** The numbers beside a list, and those of a dashboard. */
export async function aggregates(service: RunningService, hand: ByHand | null): Promise<readonly Row[]> {
  const measure = async (name: string, paths: readonly string[], statement: string, values: readonly unknown[]) => {
    const ours: number[] = []
    const byHand: number[] = []
    for (const path of [...paths, ...paths, ...paths]) {
      ours.push((await service.timed('org_01', path)).ms)
      if (hand !== null) byHand.push(await hand.timed(statement, values))
    }
    const [p50, hand50] = [quantile(ours, 0.5), quantile(byHand, 0.5)]
    return {
      name: `${name}: p50, p95`,
      ours: `${ms(p50)}, ${ms(quantile(ours, 0.95))}`,
      reference: hand === null ? '' : `${ms(hand50)}, ${ms(quantile(byHand, 0.95))}`,
      ratio: ratioOf(p50, hand50),
      bar: '',
      ok: null,
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
