import type { CatalogJson, Filter, NotConditions } from '@whodid/core'

/** The group of all categories that are not in the catalog. */
const OTHER_GROUP = 'Other'

/** A filter that matches no event: no category has this name. */
export const MATCH_NOTHING: Filter = { category: ['-'] }

function isNonEmpty(groups: readonly string[] | undefined): groups is readonly string[] {
  return groups !== undefined && groups.length > 0
}

/** Finds the categories of groups. With `Other`, which no list can hold, it finds the categories of all other groups instead. */
function findCategories(catalog: CatalogJson, groups: readonly string[]) {
  const isInverted = groups.includes(OTHER_GROUP)
  const categories = catalog.resources
    .filter(({ group }) => groups.includes(group) !== isInverted)
    .map(({ type }) => type)
  return { categories, isInverted }
}

function narrowToCategories(filter: Filter, categories: readonly string[]): Filter {
  const remaining = filter.category?.length ? filter.category.filter((name) => categories.includes(name)) : categories
  return { ...filter, category: remaining.length > 0 ? remaining : MATCH_NOTHING.category }
}

function excludeCategories(filter: Filter, categories: readonly string[]): Filter {
  return categories.length > 0
    ? { ...filter, not: { ...filter.not, category: [...(filter.not?.category ?? []), ...categories] } }
    : filter
}

function addRetiredActions<T extends NotConditions>({ aliases }: CatalogJson, conditions: T): T {
  const retired = Object.keys(aliases).filter((name) => conditions.action?.includes(aliases[name] ?? ''))
  return retired.length > 0 ? { ...conditions, action: [...(conditions.action ?? []), ...retired] } : conditions
}

/** Replaces groups with their categories and adds the retired names of actions, which a store does not know. */
export function expandGroups(catalog: CatalogJson, requested: Filter): Filter {
  const {
    group,
    not: { group: notGroup, ...not } = {},
    ...rest
  } = addRetiredActions(catalog, {
    ...requested,
    ...(requested.not && { not: addRetiredActions(catalog, requested.not) }),
  })
  let filter: Filter = Object.keys(not).length > 0 ? { ...rest, not } : rest
  if (isNonEmpty(group)) {
    const { categories, isInverted } = findCategories(catalog, group)
    filter = isInverted ? excludeCategories(filter, categories) : narrowToCategories(filter, categories)
  }
  if (isNonEmpty(notGroup)) {
    const { categories, isInverted } = findCategories(catalog, notGroup)
    filter = isInverted ? narrowToCategories(filter, categories) : excludeCategories(filter, categories)
  }
  return filter
}
