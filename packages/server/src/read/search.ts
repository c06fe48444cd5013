import { type Filter, type NotConditions, parseQuery, type SearchedField } from '@whodid/core'
import { FILTER_CONDITIONS, parseTimeRange, SEARCHED_FIELDS } from '@whodid/core/filter'
import { canDescriptionReveal, isMasked } from './mask.ts'

/** A filter with its `q` parsed: the conditions of `q` become conditions of the filter, and only its words remain in `q`. */
export interface ParsedSearch {
  readonly filter: Filter
  /** Conditions of `q` that the filter already had. They must match too. */
  readonly additionalFilters: readonly Filter[]
}

const ACTOR_FIELDS: readonly Field[] = ['actor', 'actorName']

const FIELDS = [...FILTER_CONDITIONS, 'inbox'] as const
type Field = (typeof FIELDS)[number]

/** Checks if a filter has a condition. `actor` and `actorName` are one condition. */
function isSet(filter: Filter, name: Field): boolean {
  const fields = ACTOR_FIELDS.includes(name) ? ACTOR_FIELDS : [name]
  return fields.some((field) => (filter[field]?.length ?? 0) > 0)
}

function mergeNotConditions(requested: NotConditions = {}, parsed: NotConditions = {}): NotConditions {
  return {
    ...requested,
    ...parsed,
    ...(requested.q && parsed.q && { q: `${requested.q} ${parsed.q}` }),
    ...Object.fromEntries(
      FILTER_CONDITIONS.filter((name) => requested[name] && parsed[name]).map((name) => [
        name,
        [...(requested[name] ?? []), ...(parsed[name] ?? [])],
      ]),
    ),
  }
}

/**
 * Parses the search language in a filter's `q`. The conditions of `q` and of the filter must all match.
 * Throws `invalid_input` with the position of a mistake in `q`.
 */
export function parseSearch({ q, ...requested }: Filter, now: number): ParsedSearch {
  const { q: words, from, to, not, ...conditions } = parseQuery(q ?? '', { now })
  const duplicates = Object.fromEntries(
    Object.entries(conditions).filter(([name]) => FIELDS.some((field) => field === name && isSet(requested, field))),
  )
  const added = Object.fromEntries(Object.entries(conditions).filter(([name]) => !(name in duplicates)))
  const requestedRange = parseTimeRange(requested)
  const parsedRange = parseTimeRange({ from, to })
  const isLaterStart = (parsedRange.from ?? 0) >= (requestedRange.from ?? 0)
  const isEarlierEnd = requestedRange.to === undefined || (parsedRange.to ?? 0) <= requestedRange.to
  const filter: Filter = {
    ...requested,
    ...added,
    ...(words !== undefined && { q: words }),
    ...(from !== undefined && isLaterStart && { from }),
    ...(to !== undefined && isEarlierEnd && { to }),
    ...((requested.not ?? not) && { not: mergeNotConditions(requested.not, not) }),
  }
  return { filter, additionalFilters: Object.keys(duplicates).length > 0 ? [duplicates] : [] }
}

/** The paths of an event that each field of the search text contains. */
const FIELD_PATHS: { readonly [F in SearchedField]: readonly string[] } = {
  'actor.name': ['actor.name'],
  'actor.email': ['actor.email', 'actor.id'],
  action: ['action'],
  'resource.name': ['resource.name', 'resource.id'],
  description: ['description'],
}

/** Checks if a field of the search text contains, or could contain, a masked value. */
function isFieldHidden(masked: readonly string[], field: SearchedField): boolean {
  return field === 'description'
    ? canDescriptionReveal(masked)
    : FIELD_PATHS[field].some((path) => isMasked(masked, path))
}

/** Returns the fields of the search text that a search must skip because they are masked. */
export function getHiddenFields(masked: readonly string[]): readonly SearchedField[] {
  return SEARCHED_FIELDS.filter((field) => isFieldHidden(masked, field))
}
