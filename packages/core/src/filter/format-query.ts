import { FILTER_CONDITIONS, type Filter, type NotConditions } from './filter.ts'
import { writeCondition, writePhrase } from './query-language.ts'
import { phrasesOf } from './search-text.ts'

function* partsOf({ q = '', ...terms }: NotConditions, excluded: boolean): Generator<string> {
  for (const phrase of phrasesOf(q)) yield `${excluded ? '-' : ''}${writePhrase(phrase)}`
  const { actor = [], actorName = [] } = terms
  const both = actor.filter((value) => (value.includes('@') ? !actorName.includes(value) : actorName.includes(value)))
  const exact = actor.filter((value) => !both.includes(value))
  const named = actorName.filter((value) => !both.includes(value))
  if (both.length > 0) yield writeCondition('actor', both, excluded)
  if (exact.length > 0) yield `${excluded ? '-' : ''}actor:${exact.map(writeExact).join(',')}`
  if (named.length > 0) yield writeCondition('actorName', named, excluded)
  for (const term of FILTER_CONDITIONS) {
    const values = terms[term]
    if (term !== 'actor' && term !== 'actorName' && values && values.length > 0)
      yield writeCondition(term, values, excluded)
  }
}

function writeExact(value: string) {
  return `=${writeCondition('actor', [value]).slice('actor:'.length)}`
}

/**
 * A filter in the search language: the inverse of `parseQuery`.
 *
 * @example
 * formatQuery({ q: 'engine', actor: ['u1'], not: { category: ['webhook'] } })
 * // 'engine actor:=u1 -category:webhook'
 */
export function formatQuery(filter: Filter): string {
  const { inbox, from, to, not, ...terms } = filter
  return [
    ...partsOf(terms, false),
    ...(inbox ? [writeCondition('is', [inbox])] : []),
    ...(from ? [writeCondition('from', [from])] : []),
    ...(to ? [writeCondition('to', [to])] : []),
    ...partsOf(not ?? {}, true),
  ].join(' ')
}
