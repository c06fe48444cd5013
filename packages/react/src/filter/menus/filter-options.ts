import type { CatalogJson, FacetDimension, Facets, FacetValue, FilterCondition } from '@whodid/core'
import { foldText, KINDS, STATUSES } from '@whodid/core/browser'
import { getResourceIcon } from '../../parts/icons/icon.tsx'
import type { Messages } from '../../text/messages.ts'
import { FIELD_CONDITIONS, FIELD_DIMENSIONS, FILTER_FIELDS, type FilterField } from '../filter-fields.ts'
import { getConditionLabel, getValueLabel } from '../filter-labels.ts'

/** A value that a filter menu offers. */
export interface FilterOption {
  readonly condition: FilterCondition
  readonly value: string
  readonly label: string
  readonly detail?: string | undefined
  readonly icon?: string | undefined
  /** Number of events with this value, if known. */
  readonly count?: number | undefined
}

/** A group of options with its heading. */
export interface OptionGroup {
  readonly label: string
  readonly items: readonly FilterOption[]
}

/** Returns the values that a field offers even if no event has them. */
function getDeclaredValues(condition: FilterCondition, catalog: CatalogJson): readonly string[] {
  if (condition === 'kind') return KINDS
  if (condition === 'status') return STATUSES
  if (condition === 'resourceType') return catalog.resources.map(({ type }) => type)
  return []
}

function isFacetDimension(condition: FilterCondition): condition is FacetDimension {
  return FILTER_FIELDS.some((field) => FIELD_DIMENSIONS[field].some((dimension) => dimension === condition))
}

/** Returns the options of a field: values of events, of the catalog and of the current selection, most frequent first. */
export function getFilterOptions(
  field: FilterField,
  context: {
    readonly catalog: CatalogJson
    readonly messages: Messages
    readonly facets: Facets | undefined
    readonly getSelected: (condition: FilterCondition) => readonly string[]
    readonly search: string
  },
): readonly OptionGroup[] {
  const { catalog, messages, facets, getSelected, search } = context
  const needle = foldText(search.trim())
  const groups = FIELD_CONDITIONS[field].map((condition): OptionGroup => {
    const counts =
      condition === 'group'
        ? countGroups(catalog, facets)
        : isFacetDimension(condition)
          ? facets?.values[condition]
          : []
    const counted = new Map(counts?.map((facet) => [facet.value, facet]))
    const names = new Set([...getDeclaredValues(condition, catalog), ...counted.keys(), ...getSelected(condition)])
    const items = [...names].map((value): FilterOption => {
      const facet = counted.get(value)
      const isNamed = condition === 'actor' || condition === 'project'
      return {
        condition,
        value,
        label: isNamed ? (facet?.label ?? value) : getValueLabel(condition, value, catalog, messages),
        detail: facet?.detail,
        icon: condition === 'resourceType' || condition === 'category' ? getResourceIcon(catalog, value) : undefined,
        count: facet?.count ?? (facets === undefined ? undefined : 0),
      }
    })
    const matching = items.filter(({ label, detail = '', value }) =>
      foldText(`${label} ${detail} ${value}`).includes(needle),
    )
    const ordered =
      condition === 'kind' || condition === 'status'
        ? matching
        : matching.sort((a, b) => (b.count ?? 0) - (a.count ?? 0))
    return { label: getConditionLabel(condition, messages), items: ordered }
  })
  return groups.filter(({ items }) => items.length > 0)
}

function countGroups(catalog: CatalogJson, facets: Facets | undefined): readonly FacetValue[] {
  const countByCategory = new Map(facets?.values.category?.map(({ value, count }) => [value, count]))
  return catalog.groups.map((group) => ({
    value: group,
    label: group,
    count: catalog.resources
      .filter((resource) => resource.group === group)
      .reduce((sum, { type }) => sum + (countByCategory.get(type) ?? 0), 0),
  }))
}
