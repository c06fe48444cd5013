import { eventsOfTenant } from '../seed/events.ts'
import { END, START, TENANTS } from '../seed/plan.ts'
import { randomOf } from '../seed/random.ts'

const COLUMNS = {
  actor: 'actor_id',
  action: 'action',
  category: 'category',
  kind: 'kind',
  resourceType: 'resource_type',
  resourceId: 'resource_id',
  project: 'project_id',
  status: 'status',
  channel: 'channel',
} as const
type Term = keyof typeof COLUMNS

/** A list that somebody asks for, as a query string and as SQL. */
export interface Asked {
  readonly tenant: string
  readonly query: string
  readonly condition: string
  readonly values: readonly string[]
}

const DAY = 86_400_000

function floorOf(ms: number): string {
  const hex = ms.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}

export type Span = readonly [from: number, to: number]

export function askedOf(tenant: string, terms: { readonly [term in Term]?: string }, span?: Span): Asked {
  const query = new URLSearchParams()
  const conditions = ['tenant_id = $1']
  const values = [tenant]
  for (const [term, column] of Object.entries(COLUMNS)) {
    const value = new Map(Object.entries(terms)).get(term)
    if (value === undefined) continue
    query.set(term, value)
    values.push(value)
    conditions.push(`${column} = $${values.length}`)
    if (term === 'status' && value !== 'success') conditions.push("status <> 'success'")
  }
  if (span !== undefined) {
    query.set('from', new Date(span[0]).toISOString())
    query.set('to', new Date(span[1]).toISOString())
    values.push(floorOf(span[0]), floorOf(span[1]))
    conditions.push(`id >= $${values.length - 1}`, `id < $${values.length}`)
  }
  return { tenant, query: query.toString(), condition: conditions.join(' and '), values }
}

const SINGLES: readonly (Term | 'none' | 'time' | 'history')[] = [
  'none',
  'actor',
  'action',
  'category',
  'kind',
  'resourceType',
  'history',
  'project',
  'status',
  'channel',
  'time',
]
const COMBINED: readonly (readonly (Term | 'time')[])[] = [
  ['actor', 'category'],
  ['actor', 'action'],
  ['actor', 'category', 'status'],
  ['actor', 'status'],
  ['action', 'status'],
  ['category', 'kind'],
  ['category', 'channel', 'status'],
  ['project', 'action'],
  ['project', 'actor'],
  ['project', 'status'],
  ['resourceType', 'actor', 'kind'],
  ['resourceType', 'channel'],
  ['kind', 'status'],
  ['action', 'time'],
  ['actor', 'time'],
  ['status', 'kind', 'time'],
  ['project', 'category', 'channel'],
]

/** Draws what is asked for as events are drawn: what is frequent is asked for often. */
export function drawFilters(rows: number, each: number, seed: number) {
  const random = randomOf(seed)
  const make = eventsOfTenant(random, rows)
  const draw = (tenant: number, terms: readonly string[]): Asked => {
    const event = make(tenant, START)
    // What is asked for together need not have happened together.
    const other = make(tenant, START)
    const known: { readonly [term in Term]: string } = {
      actor: event.actor.id,
      action: other.action,
      category: other.action.slice(0, other.action.indexOf('.')),
      kind: random.pick(['create', 'update', 'delete', 'other']),
      resourceType: event.resource.type,
      resourceId: event.resource.id ?? '',
      project: event.scope?.project?.id ?? '',
      status: 'failure',
      channel: random.pick(['ui', 'api']),
    }
    const from = START + Math.floor(random.fraction() * (END - START - 14 * DAY))
    const chosen: { [term in Term]?: string } = {}
    for (const term of terms) {
      if (term === 'history') Object.assign(chosen, { resourceType: known.resourceType, resourceId: known.resourceId })
      else if (isTerm(term) && known[term] !== '') chosen[term] = known[term]
    }
    return askedOf(TENANTS[tenant] ?? '', chosen, terms.includes('time') ? [from, from + 7 * DAY] : undefined)
  }
  // Half of it in the tenant with half of all rows.
  const tenantFor = (nth: number) => (nth % 2 === 0 ? 0 : 1 + random.below(TENANTS.length - 1))
  const several = (terms: readonly string[]) => Array.from({ length: each }, (_, nth) => draw(tenantFor(nth), terms))
  return {
    singles: SINGLES.map((name) => ({ name, asked: several([name]) })),
    combined: COMBINED.map((terms) => ({ name: terms.join(' + '), asked: several(terms) })),
  }
}

function isTerm(term: string): term is Term {
  return Object.hasOwn(COLUMNS, term)
}
