import {
  AUDIT_CATEGORY,
  type CatalogJson,
  type Filter,
  type FilterConditions,
  foldedPhrases,
  foldText,
  parseQuery,
  resolveResource,
  resourceOf,
  type StoredEvent,
  searchNeedles,
  searchTextOf,
  timeRange,
} from '@whodid/core/browser'

type Test = (event: StoredEvent, values: readonly string[], catalog: CatalogJson) => boolean

const TESTS: { readonly [T in keyof FilterConditions]-?: Test } = {
  actor: ({ actor }, values) =>
    values.some(
      (value) => value === actor.id || (value.includes('@') && value.toLowerCase() === actor.email?.toLowerCase()),
    ),
  actorName: ({ actor }, values) =>
    values.map(foldText).some((part) => part !== '' && foldText(actor.name ?? '').includes(part)),
  action: (event, values, catalog) =>
    values.some((value) => value === event.action || catalog.aliases[event.action] === value),
  category: ({ category }, values) => values.includes(category),
  group: ({ category }, values, catalog) => values.includes(resolveResource(catalog, category).group),
  kind: ({ kind }, values) => values.includes(kind),
  resource: ({ resource }, values) =>
    values.some((value) => {
      const { type, id } = resourceOf(value) ?? {}
      return type === resource.type && id === resource.id
    }),
  resourceType: ({ resource }, values) => values.includes(resource.type),
  resourceId: ({ resource }, values) => resource.id !== null && values.includes(resource.id),
  project: ({ scope, resource }, values) => {
    const id = scope.project?.id ?? (resource.type === 'project' ? resource.id : null)
    return id !== null && values.includes(id)
  },
  status: ({ status }, values) => values.includes(status),
  channel: ({ context }, values) => values.includes(context.channel),
  severity: ({ severity }, values) => values.includes(severity),
}

const TERMS = Object.keys(TESTS) as readonly (keyof FilterConditions)[]

/**
 * Whether an event that has just arrived belongs to a list, by the same rules as the service's. The service is asked
 * again whenever a list is read, so this decides only what is shown in between.
 */
export function matchesFilter(filter: Filter, event: StoredEvent, catalog: CatalogJson): boolean {
  const { q, ...conditions } = filter
  const filters = q ? [conditions, parseQuery(q, { now: Date.now() })] : [conditions]
  if (event.category === AUDIT_CATEGORY && !filters.some(asksForAudit)) return false
  return filters.every((each) => meets(each, event, catalog))
}

function asksForAudit({ category, action }: Filter): boolean {
  return Boolean(category?.includes(AUDIT_CATEGORY) || action?.some((name) => name.startsWith(`${AUDIT_CATEGORY}.`)))
}

/** Whoever did it is one condition, of an id or of a name. */
function actorHolds({ actor = [], actorName = [] }: FilterConditions, event: StoredEvent, catalog: CatalogJson) {
  return actor.length + actorName.length === 0
    ? undefined
    : TESTS.actor(event, actor, catalog) || TESTS.actorName(event, actorName, catalog)
}

function meets(filter: Filter, event: StoredEvent, catalog: CatalogJson): boolean {
  const holds = (terms: FilterConditions, term: keyof FilterConditions): boolean | undefined => {
    if (term === 'actor' || term === 'actorName') return actorHolds(terms, event, catalog)
    const values = terms[term]
    return values === undefined || values.length === 0 ? undefined : TESTS[term](event, values, catalog)
  }
  if (TERMS.some((term) => holds(filter, term) === false)) return false
  const { not, q, inbox } = filter
  if (not && TERMS.some((term) => holds(not, term) === true)) return false
  if (inbox === 'archived' ? !event.archived : inbox !== undefined && event.archived) return false
  if (inbox === 'unread' && event.seen) return false
  const at = Date.parse(event.occurredAt)
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = timeRange(filter)
  if (at < from || at >= to) return false
  if (!q && !not?.q) return true
  const text = searchTextOf({ ...event, resource: { ...event.resource, href: undefined } })
  return (
    searchNeedles(q ?? '').every((needle) => text.includes(needle)) &&
    !foldedPhrases(not?.q ?? '').some((phrase) => text.includes(phrase))
  )
}
