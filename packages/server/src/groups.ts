import { type CatalogJson, FILTER_TERMS, type Filter, type FilterTerms } from '@whodid/core'

/** The group of a category that the catalog does not know. */
const OTHER = 'Other'

/** A condition that no event meets: no category is called so. */
export const NOTHING: Filter = { category: ['-'] }

/** Whether a filter has a list without a value, which from a host means "none of them". */
export const hasEmptyList = (filter: Filter): boolean =>
  FILTER_TERMS.some((term) => filter[term]?.length === 0 || filter.not?.[term]?.length === 0)

const split = (catalog: CatalogJson, groups: readonly string[]) => {
  const types = (within: boolean) =>
    catalog.resources.filter(({ group }) => groups.includes(group) === within).map(({ type }) => type)
  // What the catalog does not know is in Other, so that group is whatever is in none of the rest.
  return groups.includes(OTHER) ? { category: undefined, not: types(false) } : { category: types(true), not: undefined }
}

const within = (catalog: CatalogJson, groups: readonly string[]): Filter => {
  const { category, not } = split(catalog, groups)
  if (not) return not.length > 0 ? { not: { category: not } } : {}
  return category && category.length > 0 ? { category } : NOTHING
}

const outside = (catalog: CatalogJson, groups: readonly string[]): Filter => {
  const { category, not } = split(catalog, groups)
  if (not) return not.length > 0 ? { category: not } : NOTHING
  return category && category.length > 0 ? { not: { category } } : {}
}

const without = ({ group: _, ...terms }: FilterTerms): FilterTerms => terms

/** A filter in which groups stand as the categories they hold: conditions that all must be met. */
export const expandGroups = (catalog: CatalogJson, { group, not, ...rest }: Filter): readonly Filter[] => {
  const conditions: Filter[] = [not ? { ...rest, not: without(not) } : rest]
  if (group && group.length > 0) conditions.push(within(catalog, group))
  if (not?.group && not.group.length > 0) conditions.push(outside(catalog, not.group))
  return conditions
}
