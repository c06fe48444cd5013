import { type FacetDimension, type Facets, type FacetValue, type FilterTerm, REDACTED } from '@whodid/core'
import { isMasked } from './mask.ts'

/** Where in an event a condition looks. */
export const TERM_PATHS: { readonly [T in FilterTerm]: string } = {
  actor: 'actor.id',
  action: 'action',
  category: 'category',
  group: 'category',
  kind: 'kind',
  resourceType: 'resource.type',
  resourceId: 'resource.id',
  project: 'scope.project.id',
  status: 'status',
  channel: 'context.channel',
  severity: 'severity',
}

const merge = (lists: readonly (readonly FacetValue[])[], limit: number): readonly FacetValue[] => {
  const byValue = new Map<string, FacetValue>()
  for (const value of lists.flat()) {
    const known = byValue.get(value.value)
    byValue.set(value.value, known ? { ...known, count: known.count + value.count } : value)
  }
  return [...byValue.values()].sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1)).slice(0, limit)
}

const mask = (paths: readonly string[], dimension: FacetDimension, values: readonly FacetValue[]) => {
  if (isMasked(paths, TERM_PATHS[dimension])) return []
  if (dimension === 'project' && isMasked(paths, 'scope.project.name')) {
    return values.map((value) => ({ ...value, label: value.value }))
  }
  if (dimension !== 'actor') return values
  return values.map((value) => ({
    ...value,
    label: isMasked(paths, 'actor.name') ? value.value : value.label,
    detail: value.detail !== undefined && isMasked(paths, 'actor.email') ? REDACTED : value.detail,
  }))
}

/** The facets of several tenants as those of one, without what the viewer may not see. */
export const joinFacets = (
  parts: readonly Facets[],
  dimensions: readonly FacetDimension[],
  limit: number,
  masked: readonly string[],
): Facets => ({
  counted: {
    value: parts.reduce((sum, { counted }) => sum + counted.value, 0),
    exact: parts.every(({ counted }) => counted.exact),
  },
  values: Object.fromEntries(
    dimensions.map((dimension) => {
      const lists = parts.map(({ values }) => values[dimension] ?? [])
      return [dimension, mask(masked, dimension, lists.length === 1 ? (lists[0] ?? []) : merge(lists, limit))]
    }),
  ),
})
