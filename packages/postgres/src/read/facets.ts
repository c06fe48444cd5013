import type { FacetDimension, Facets, FacetValue, Filter, ReadScope } from '@whodid/core'
import { foldText } from '@whodid/core/filter'
import type { Reads } from '../db.ts'
import { join, raw, type Sql, sql } from '../sql.ts'
import { readWhere, selectNewest, WINDOW_SIZE } from './list.ts'

interface Dimension {
  readonly value: string
  /** The display name. The newest one is used. @default the value */
  readonly label?: string
  readonly detail?: string
}

const dimensions: { readonly [dimension in FacetDimension]: Dimension } = {
  actor: { value: 'actor_id', label: 'actor_name', detail: 'actor_email' },
  action: { value: 'action' },
  category: { value: 'category' },
  kind: { value: 'kind' },
  resourceType: { value: 'resource_type' },
  project: {
    value: 'project_id',
    label: "coalesce(scope->'project'->>'name', case when resource_type = 'project' then resource_name end)",
  },
  status: { value: 'status' },
  channel: { value: 'channel' },
  severity: { value: 'severity' },
}

/** Counts values in the newest 10,000 matching events. The search ignores case and accents, in value, label and detail. */
export async function readFacets(
  reads: Reads,
  scope: ReadScope,
  filter: Filter,
  request: {
    readonly dimensions: readonly FacetDimension[]
    readonly search?: string | undefined
    readonly limit: number
  },
): Promise<Facets> {
  const where = await readWhere(reads, scope, filter)
  const requested = [...new Set(request.dimensions)]
  const search = foldText(request.search ?? '')
  const rows = await reads.query<FacetRow>(sql`
    with counted as materialized (
      select e.id, e.actor_id, e.actor_name, e.actor_email, e.action, e.category, e.kind, e.resource_type,
        e.resource_name, e.project_id, e.scope, e.status, e.channel, e.severity,
        row_number() over (order by e.id desc) as recency
      from ${await selectNewest(reads, scope, where, WINDOW_SIZE + 1)} e
    )
    select null as dimension, null as value, null as label, null as detail, count(*) as count from counted
    ${join([raw(''), ...requested.map((dimension) => countValues(dimension, search === '' ? request.limit : WINDOW_SIZE))], ' union all ')}`)
  const total = rows.find((row) => row.dimension === null)?.count ?? 0
  const values: { [dimension in FacetDimension]?: readonly FacetValue[] } = {}
  for (const dimension of requested) {
    values[dimension] = rows
      .filter((row) => row.dimension === dimension)
      .map(toFacetValue)
      .filter(({ value, label, detail }) =>
        [value, label, detail ?? ''].some((text) => foldText(text).includes(search)),
      )
      .slice(0, request.limit)
  }
  return { counted: { value: Math.min(total, WINDOW_SIZE), exact: total <= WINDOW_SIZE }, values }
}

interface FacetRow extends Record<string, unknown> {
  readonly dimension: FacetDimension | null
  readonly value: string
  readonly label: string | null
  readonly detail: string | null
  readonly count: number
}

function countValues(dimension: FacetDimension, limit: number): Sql {
  const { value, label, detail } = dimensions[dimension]
  const latest = (column: string | undefined) =>
    column === undefined
      ? raw('null')
      : raw(`(array_agg(${column} order by id desc) filter (where ${column} is not null))[1]`)
  return sql`(
    select ${dimension}::text as dimension, ${raw(value)} as value, ${latest(label)} as label, ${latest(detail)} as detail,
      count(*) as count
    from counted where recency <= ${WINDOW_SIZE} and ${raw(value)} is not null
    group by ${raw(value)} order by count(*) desc, ${raw(value)} limit ${limit})`
}

function toFacetValue({ value, label, detail, count }: FacetRow): FacetValue {
  return {
    value,
    label: label ?? value,
    ...(detail !== null && { detail }),
    count,
  }
}
