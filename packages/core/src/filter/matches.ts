import type { CatalogJson } from '../catalog/catalog.ts'
import { resolveResource } from '../catalog/resolve.ts'
import { AUDIT_CATEGORY, type StoredEvent } from '../event/event.ts'
import {
  FILTER_CONDITIONS,
  type Filter,
  type FilterCondition,
  type FilterConditions,
  parseResourceRef,
} from './filter.ts'
import { parseQuery } from './query-language.ts'
import { foldPhrases, foldText, getSearchNeedles, toSearchText } from './search-text.ts'
import { parseTimeRange } from './time-range.ts'

type Test = (event: StoredEvent, values: readonly string[], catalog: CatalogJson) => boolean

const TESTS: { readonly [condition in FilterCondition]: Test } = {
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
      const { type, id } = parseResourceRef(value) ?? {}
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

/** Checks if an event matches a filter, by the same rules as a store. Use it to place a live event in a loaded list. */
export function matchesFilter(filter: Filter, event: StoredEvent, catalog: CatalogJson): boolean {
  const { q, ...conditions } = filter
  const filters = q ? [conditions, parseQuery(q, { now: Date.now() })] : [conditions]
  if (event.category === AUDIT_CATEGORY && !filters.some(includesAudit)) return false
  return filters.every((each) => matchesConditions(each, event, catalog))
}

function includesAudit({ category, action }: Filter): boolean {
  return Boolean(category?.includes(AUDIT_CATEGORY) || action?.some((name) => name.startsWith(`${AUDIT_CATEGORY}.`)))
}

/** `actor` and `actorName` are one condition: either may match. Undefined when both are empty. */
function matchesActor({ actor = [], actorName = [] }: FilterConditions, event: StoredEvent, catalog: CatalogJson) {
  return actor.length + actorName.length === 0
    ? undefined
    : TESTS.actor(event, actor, catalog) || TESTS.actorName(event, actorName, catalog)
}

function matchesConditions(filter: Filter, event: StoredEvent, catalog: CatalogJson): boolean {
  const test = (conditions: FilterConditions, name: FilterCondition): boolean | undefined => {
    if (name === 'actor' || name === 'actorName') return matchesActor(conditions, event, catalog)
    const values = conditions[name]
    return values === undefined || values.length === 0 ? undefined : TESTS[name](event, values, catalog)
  }
  if (FILTER_CONDITIONS.some((name) => test(filter, name) === false)) return false
  const { not, q, inbox } = filter
  if (not && FILTER_CONDITIONS.some((name) => test(not, name) === true)) return false
  if (inbox === 'archived' ? !event.archived : inbox !== undefined && event.archived) return false
  if (inbox === 'unread' && event.seen) return false
  const at = Date.parse(event.occurredAt)
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = parseTimeRange(filter)
  if (at < from || at >= to) return false
  if (!q && !not?.q) return true
  const text = toSearchText({ ...event, resource: { ...event.resource, href: undefined } })
  return (
    getSearchNeedles(q ?? '').every((needle) => text.includes(needle)) &&
    !foldPhrases(not?.q ?? '').some((phrase) => text.includes(phrase))
  )
}
