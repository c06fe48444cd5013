import type { CatalogJson, FacetDimension, Facets, FacetValue, FilterCondition } from '@whodid/core/browser'
import { foldText, KINDS, STATUSES } from '@whodid/core/browser'
import { resourceIcon } from '../../parts/icons/icon.tsx'
import type { Messages } from '../../text/messages.ts'
import { FIELD_DIMENSIONS, FIELD_TERMS, FILTER_FIELDS, type FilterField } from '../filter-fields.ts'
import { termLabel, valueLabel } from '../filter-labels.ts'

/** A value that a filter offers. */
export interface FilterOption {
  readonly term: FilterCondition
  readonly value: string
  readonly label: string
  readonly detail?: string | undefined
  readonly icon?: string | undefined
  /** How many events have it; absent when that is not known. */
  readonly count?: number | undefined
}

/** Options under a heading; the heading is absent when there is but one group. */
export interface OptionGroup {
  readonly label: string
  readonly items: readonly FilterOption[]
}

/** Values that a field offers even when no event has them. */
function known(term: FilterCondition, catalog: CatalogJson): readonly string[] {
  if (term === 'kind') return KINDS
  if (term === 'status') return STATUSES
  if (term === 'resourceType') return catalog.resources.map(({ type }) => type)
  return []
}

function isCounted(term: FilterCondition): term is FacetDimension {
  return FILTER_FIELDS.some((field) => FIELD_DIMENSIONS[field].some((dimension) => dimension === term))
}

/**
 * What a field offers: the values that events have, those the catalog declares and those already chosen, most frequent
 * first.
 */
export function optionsOf(
  field: FilterField,
  context: {
    readonly catalog: CatalogJson
    readonly messages: Messages
    readonly facets: Facets | undefined
    readonly chosen: (term: FilterCondition) => readonly string[]
    readonly search: string
  },
): readonly OptionGroup[] {
  const { catalog, messages, facets, chosen, search } = context
  const needle = foldText(search.trim())
  const groups = FIELD_TERMS[field].map((term): OptionGroup => {
    const counts = term === 'group' ? groupCounts(catalog, facets) : isCounted(term) ? facets?.values[term] : []
    const counted = new Map(counts?.map((facet) => [facet.value, facet]))
    const names = new Set([...known(term, catalog), ...counted.keys(), ...chosen(term)])
    const items = [...names].map((value): FilterOption => {
      const facet = counted.get(value)
      const named = term === 'actor' || term === 'project'
      return {
        term,
        value,
        label: named ? (facet?.label ?? value) : valueLabel(term, value, catalog, messages),
        detail: facet?.detail,
        icon: term === 'resourceType' || term === 'category' ? resourceIcon(catalog, value) : undefined,
        count: facet?.count ?? (facets === undefined ? undefined : 0),
      }
    })
    const matching = items.filter(({ label, detail = '', value }) =>
      foldText(`${label} ${detail} ${value}`).includes(needle),
    )
    const ordered =
      term === 'kind' || term === 'status' ? matching : matching.sort((a, b) => (b.count ?? 0) - (a.count ?? 0))
    return { label: termLabel(term, messages), items: ordered }
  })
  return groups.filter(({ items }) => items.length > 0)
}

function groupCounts(catalog: CatalogJson, facets: Facets | undefined): readonly FacetValue[] {
  const ofCategory = new Map(facets?.values.category?.map(({ value, count }) => [value, count]))
  return catalog.groups.map((group) => ({
    value: group,
    label: group,
    count: catalog.resources
      .filter((resource) => resource.group === group)
      .reduce((sum, { type }) => sum + (ofCategory.get(type) ?? 0), 0),
  }))
}
