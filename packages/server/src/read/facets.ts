import { type FacetDimension, type Facets, type FacetValue, type FilterCondition, REDACTED } from '@whodid/core'
import { foldText } from '@whodid/core/filter'
import { isMasked } from './mask.ts'

/** The paths of an event that each condition reads. */
export const CONDITION_PATHS: { readonly [T in FilterCondition]: readonly string[] } = {
  actor: ['actor.id'],
  actorName: ['actor.name'],
  action: ['action'],
  category: ['category'],
  group: ['category'],
  kind: ['kind'],
  resource: ['resource.type', 'resource.id'],
  resourceType: ['resource.type'],
  resourceId: ['resource.id'],
  project: ['scope.project.id', 'resource.id'],
  status: ['status'],
  channel: ['context.channel'],
  severity: ['severity'],
}

/** Merges the values of several tenants, most frequent first. */
export function mergeFacetValues(lists: readonly (readonly FacetValue[])[], limit: number): readonly FacetValue[] {
  const byValue = new Map<string, FacetValue>()
  for (const value of lists.flat()) {
    const existing = byValue.get(value.value)
    byValue.set(value.value, existing ? { ...existing, count: existing.count + value.count } : value)
  }
  return [...byValue.values()].sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1)).slice(0, limit)
}

// A project is named by the scope of its events, and by itself as a resource.
const PROJECT_NAME_PATHS = ['scope.project.name', 'resource.name']
const NAME_PATHS: { readonly [dimension in FacetDimension]?: readonly string[] } = {
  actor: ['actor.name', 'actor.email'],
  project: PROJECT_NAME_PATHS,
}

/** The dimensions to count, and the values to return. */
export interface FacetRequest {
  readonly dimensions: readonly FacetDimension[]
  /** Returns only values whose value, label or detail contains this text. */
  readonly search?: string | undefined
  /** Maximum values per dimension. */
  readonly limit: number
}

/** Checks if the search would read masked names. It must then run here, after masking, and not in the store. */
export function isSearchMasked({ dimensions, search }: FacetRequest, masked: readonly string[]): boolean {
  return (
    search !== undefined &&
    dimensions.some((dimension) => NAME_PATHS[dimension]?.some((path) => isMasked(masked, path)))
  )
}

function searchFacetValues(values: readonly FacetValue[], search: string) {
  const needle = foldText(search)
  return values.filter(({ value, label, detail }) =>
    [value, label, detail === REDACTED ? '' : (detail ?? '')].some((text) => foldText(text).includes(needle)),
  )
}

/** Removes masked fields from the values of a dimension. */
export function maskFacetValues(masked: readonly string[], dimension: FacetDimension, values: readonly FacetValue[]) {
  if (CONDITION_PATHS[dimension].some((path) => isMasked(masked, path))) return []
  if (dimension === 'project' && PROJECT_NAME_PATHS.some((path) => isMasked(masked, path))) {
    return values.map((value) => ({ ...value, label: value.value }))
  }
  if (dimension !== 'actor') return values
  return values.map((value) => ({
    ...value,
    label: isMasked(masked, 'actor.name') ? value.value : value.label,
    detail: value.detail !== undefined && isMasked(masked, 'actor.email') ? REDACTED : value.detail,
  }))
}

/** Merges the facets of several tenants and removes masked fields. */
export function mergeFacets(parts: readonly Facets[], request: FacetRequest, masked: readonly string[]): Facets {
  return {
    counted: {
      value: parts.reduce((sum, { counted }) => sum + counted.value, 0),
      exact: parts.every(({ counted }) => counted.exact),
    },
    values: Object.fromEntries(
      request.dimensions.map((dimension) => {
        const lists = parts.map(({ values }) => values[dimension] ?? [])
        const visible = maskFacetValues(
          masked,
          dimension,
          lists.length === 1 ? (lists[0] ?? []) : mergeFacetValues(lists, Number.POSITIVE_INFINITY),
        )
        const matching = isSearchMasked(request, masked) ? searchFacetValues(visible, request.search ?? '') : visible
        return [dimension, matching.slice(0, request.limit)]
      }),
    ),
  }
}
