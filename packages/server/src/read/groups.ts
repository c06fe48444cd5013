import type { CatalogJson, Filter, NotConditions } from '@whodid/core'

/** The group of a category that the catalog does not know. */
const OTHER_GROUP = 'Other'

/** A condition that no event meets: no category is called so. */
export const MATCH_NOTHING: Filter = { category: ['-'] }

function isNonEmpty(groups: readonly string[] | undefined): groups is readonly string[] {
  return groups !== undefined && groups.length > 0
}

/** The categories of some groups: those listed, or with Other, which has all that the catalog does not know, all but those. */
function findCategories(catalog: CatalogJson, groups: readonly string[]) {
  const others = groups.includes(OTHER_GROUP)
  const listed = catalog.resources.filter(({ group }) => groups.includes(group) !== others).map(({ type }) => type)
  return { listed, others }
}

function narrowToCategories(filter: Filter, categories: readonly string[]): Filter {
  const left = filter.category?.length ? filter.category.filter((name) => categories.includes(name)) : categories
  return { ...filter, category: left.length > 0 ? left : MATCH_NOTHING.category }
}

function excludeCategories(filter: Filter, categories: readonly string[]): Filter {
  return categories.length > 0
    ? { ...filter, not: { ...filter.not, category: [...(filter.not?.category ?? []), ...categories] } }
    : filter
}

/** Actions with the names that they had before. */
function addRetiredActions<T extends NotConditions>({ aliases }: CatalogJson, terms: T): T {
  const retired = Object.keys(aliases).filter((name) => terms.action?.includes(aliases[name] ?? ''))
  return retired.length > 0 ? { ...terms, action: [...(terms.action ?? []), ...retired] } : terms
}

/**
 * A filter in which groups stand as the categories that they hold, and actions with their retired names. A store knows
 * neither.
 */
export function expandGroups(catalog: CatalogJson, asked: Filter): Filter {
  const {
    group,
    not: { group: notGroup, ...not } = {},
    ...rest
  } = addRetiredActions(catalog, {
    ...asked,
    ...(asked.not && { not: addRetiredActions(catalog, asked.not) }),
  })
  let filter: Filter = Object.keys(not).length > 0 ? { ...rest, not } : rest
  if (isNonEmpty(group)) {
    const { listed, others } = findCategories(catalog, group)
    filter = others ? excludeCategories(filter, listed) : narrowToCategories(filter, listed)
  }
  if (isNonEmpty(notGroup)) {
    const { listed, others } = findCategories(catalog, notGroup)
    filter = others ? narrowToCategories(filter, listed) : excludeCategories(filter, listed)
  }
  return filter
}
