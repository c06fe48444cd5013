import {
  type FacetDimension,
  type Facets,
  type FacetValue,
  type FilterCondition,
  foldText,
  REDACTED,
} from '@whodid/core'
import { isMasked } from './mask.ts'

/** Where in an event a condition looks. */
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

/** Values of several lists as one list, the commonest first. */
export function mergeFacetValues(lists: readonly (readonly FacetValue[])[], limit: number): readonly FacetValue[] {
  const byValue = new Map<string, FacetValue>()
  for (const value of lists.flat()) {
    const known = byValue.get(value.value)
    byValue.set(value.value, known ? { ...known, count: known.count + value.count } : value)
  }
  return [...byValue.values()].sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1)).slice(0, limit)
}

/** A project is named by the scope of its events, and by itself. */
const PROJECT_NAME_PATHS = ['scope.project.name', 'resource.name']
const NAME_PATHS: { readonly [dimension in FacetDimension]?: readonly string[] } = {
  actor: ['actor.name', 'actor.email'],
  project: PROJECT_NAME_PATHS,
}

/** Which values of which dimensions. */
export interface FacetRequest {
  readonly dimensions: readonly FacetDimension[]
  /** Only values that this is a part of, or of what they are called. */
  readonly search?: string | undefined
  readonly limit: number
}

/** Whether a store would search among names that are masked, so that it must be done here. */
export function isSearchMasked({ dimensions, search }: FacetRequest, paths: readonly string[]): boolean {
  return search !== undefined && dimensions.some((dimension) => NAME_PATHS[dimension]?.some((path) => isMasked(paths, path)))
}

function searchFacetValues(values: readonly FacetValue[], search: string) {
  const needle = foldText(search)
  return values.filter(({ value, label, detail }) =>
    [value, label, detail === REDACTED ? '' : (detail ?? '')].some((text) => foldText(text).includes(needle)),
  )
}

/** Values without what the viewer may not see of them. */
export function maskFacetValues(paths: readonly string[], dimension: FacetDimension, values: readonly FacetValue[]) {
  if (CONDITION_PATHS[dimension].some((path) => isMasked(paths, path))) return []
  if (dimension === 'project' && PROJECT_NAME_PATHS.some((path) => isMasked(paths, path))) {
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
export function mergeFacets(parts: readonly Facets[], request: FacetRequest, masked: readonly string[]): Facets {
  return {
    counted: {
      value: parts.reduce((sum, { counted }) => sum + counted.value, 0),
      exact: parts.every(({ counted }) => counted.exact),
    },
    values: Object.fromEntries(
      request.dimensions.map((dimension) => {
        const lists = parts.map(({ values }) => values[dimension] ?? [])
        const shown = maskFacetValues(
          masked,
          dimension,
          lists.length === 1 ? (lists[0] ?? []) : mergeFacetValues(lists, Number.POSITIVE_INFINITY),
        )
        const found = isSearchMasked(request, masked) ? searchFacetValues(shown, request.search ?? '') : shown
        return [dimension, found.slice(0, request.limit)]
      }),
    ),
  }
}
