import {
  FILTER_CONDITIONS,
  type Filter,
  type NotConditions,
  parseQuery,
  SEARCHED_FIELDS,
  type SearchedField,
  timeRange,
} from '@whodid/core'
import { isMasked, canDescriptionReveal } from './mask.ts'

/** A filter whose `q` was read: its words alone are left there, and its conditions stand beside those asked for. */
export interface ParsedSearch {
  readonly filter: Filter
  /** Conditions that must hold as well, where the filter has some of that name already. */
  readonly additionalFilters: readonly Filter[]
}

const ACTOR_FIELDS: readonly Field[] = ['actor', 'actorName']

const FIELDS = [...FILTER_CONDITIONS, 'inbox'] as const
type Field = (typeof FIELDS)[number]

/** Whether something is asked for already; an actor and a name are one condition. */
function isSet(filter: Filter, name: Field): boolean {
  return (ACTOR_FIELDS.some((term) => term === name) ? ACTOR_FIELDS : [name]).some((each) => (filter[each]?.length ?? 0) > 0)
}

function mergeNotConditions(asked: NotConditions = {}, read: NotConditions = {}): NotConditions {
  return {
    ...asked,
    ...read,
    ...(asked.q && read.q && { q: `${asked.q} ${read.q}` }),
    ...Object.fromEntries(
      FILTER_CONDITIONS.filter((term) => asked[term] && read[term]).map((term) => [
        term,
        [...(asked[term] ?? []), ...(read[term] ?? [])],
      ]),
    ),
  }
}

/**
 * Reads the search language in a filter's `q`. What it says and what the filter says must both hold.
 * Throws `invalid_input` that points at the place in `q`.
 */
export function parseSearch({ q, ...asked }: Filter, now: number): ParsedSearch {
  const { q: words, from, to, not, ...terms } = parseQuery(q ?? '', { now })
  const also = Object.fromEntries(
    Object.entries(terms).filter(([name]) => FIELDS.some((field) => field === name && isSet(asked, field))),
  )
  const beside = Object.fromEntries(Object.entries(terms).filter(([name]) => !(name in also)))
  const range = timeRange(asked)
  const read = timeRange({ from, to })
  const filter: Filter = {
    ...asked,
    ...beside,
    ...(words !== undefined && { q: words }),
    ...(from !== undefined && (read.from ?? 0) >= (range.from ?? 0) && { from }),
    ...(to !== undefined && (range.to === undefined || (read.to ?? 0) <= range.to) && { to }),
    ...((asked.not ?? not) && { not: mergeNotConditions(asked.not, not) }),
  }
  return { filter, additionalFilters: Object.keys(also).length > 0 ? [also] : [] }
}

/** What an event says in each line of its search text. */
const FIELD_PATHS: { readonly [F in SearchedField]: readonly string[] } = {
  'actor.name': ['actor.name'],
  'actor.email': ['actor.email', 'actor.id'],
  action: ['action'],
  'resource.name': ['resource.name', 'resource.id'],
  description: ['description'],
}

/** Whether what a line of the search text says is masked, or may be a part of it. */
export function isFieldHidden(masked: readonly string[], field: SearchedField): boolean {
  return field === 'description' ? canDescriptionReveal(masked) : FIELD_PATHS[field].some((path) => isMasked(masked, path))
}

/** The lines of the search text that a viewer's words must not be looked for in, since what they say is masked. */
export function getHiddenFields(masked: readonly string[]): readonly SearchedField[] {
  return SEARCHED_FIELDS.filter((field) => isFieldHidden(masked, field))
}
