import { createEventGenerator } from '../seed/events.ts'
import { END, START, TENANTS } from '../seed/plan.ts'
import { createRandom } from '../seed/random.ts'

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
type FilterField = keyof typeof COLUMNS

/** A list request, as a query string and as SQL. */
export interface ListQuery {
  readonly tenant: string
  readonly query: string
  readonly condition: string
  readonly values: readonly string[]
}

const DAY_MS = 86_400_000

function getFirstId(ms: number): string {
  const hex = ms.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}

type TimeRange = readonly [from: number, to: number]

function createListQuery(
  tenant: string,
  fields: { readonly [field in FilterField]?: string },
  span?: TimeRange,
): ListQuery {
  const query = new URLSearchParams()
  const conditions = ['tenant_id = $1']
  const values = [tenant]
  for (const [field, column] of Object.entries(COLUMNS)) {
    const value = new Map(Object.entries(fields)).get(field)
    if (value === undefined) continue
    query.set(field, value)
    values.push(value)
    conditions.push(`${column} = $${values.length}`)
    if (field === 'status' && value !== 'success') conditions.push("status <> 'success'")
  }
  if (span !== undefined) {
    query.set('from', new Date(span[0]).toISOString())
    query.set('to', new Date(span[1]).toISOString())
    values.push(getFirstId(span[0]), getFirstId(span[1]))
    conditions.push(`id >= $${values.length - 1}`, `id < $${values.length}`)
  }
  return { tenant, query: query.toString(), condition: conditions.join(' and '), values }
}

const SINGLES: readonly (FilterField | 'none' | 'time' | 'history')[] = [
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
const COMBINED: readonly (readonly (FilterField | 'time')[])[] = [
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

/** Draws random filters with the distribution of the events, so that frequent values are requested often. */
export function drawFilters(rows: number, each: number, seed: number) {
  const random = createRandom(seed)
  const make = createEventGenerator(random, rows)
  const draw = (tenant: number, fields: readonly string[]): ListQuery => {
    const event = make(tenant, START)
    // A second event, because combined filter values need not occur together.
    const other = make(tenant, START)
    const fieldValues: { readonly [field in FilterField]: string } = {
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
    const from = START + Math.floor(random.fraction() * (END - START - 14 * DAY_MS))
    const chosen: { [field in FilterField]?: string } = {}
    for (const field of fields) {
      if (field === 'history')
        Object.assign(chosen, { resourceType: fieldValues.resourceType, resourceId: fieldValues.resourceId })
      else if (isFilterField(field) && fieldValues[field] !== '') chosen[field] = fieldValues[field]
    }
    return createListQuery(
      TENANTS[tenant] ?? '',
      chosen,
      fields.includes('time') ? [from, from + 7 * DAY_MS] : undefined,
    )
  }
  // Half of the requests are for the tenant with half of all rows.
  const tenantFor = (nth: number) => (nth % 2 === 0 ? 0 : 1 + random.below(TENANTS.length - 1))
  const several = (fields: readonly string[]) => Array.from({ length: each }, (_, nth) => draw(tenantFor(nth), fields))
  return {
    singles: SINGLES.map((name) => ({ name, queries: several([name]) })),
    combined: COMBINED.map((fields) => ({ name: fields.join(' + '), queries: several(fields) })),
  }
}

function isFilterField(field: string): field is FilterField {
  return Object.hasOwn(COLUMNS, field)
}
