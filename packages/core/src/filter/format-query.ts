import { FILTER_CONDITIONS, type Filter, type NotConditions } from './filter.ts'
import { formatCondition, formatPhrase } from './query-language.ts'
import { splitPhrases } from './search-text.ts'

function* formatConditions({ q = '', ...conditions }: NotConditions, excluded: boolean): Generator<string> {
  for (const phrase of splitPhrases(q)) yield `${excluded ? '-' : ''}${formatPhrase(phrase)}`
  const { actor = [], actorName = [] } = conditions
  const both = actor.filter((value) => (value.includes('@') ? !actorName.includes(value) : actorName.includes(value)))
  const exact = actor.filter((value) => !both.includes(value))
  const named = actorName.filter((value) => !both.includes(value))
  if (both.length > 0) yield formatCondition('actor', both, excluded)
  if (exact.length > 0) yield `${excluded ? '-' : ''}actor:${exact.map(formatExactActor).join(',')}`
  if (named.length > 0) yield formatCondition('actorName', named, excluded)
  for (const name of FILTER_CONDITIONS) {
    const values = conditions[name]
    if (name !== 'actor' && name !== 'actorName' && values && values.length > 0)
      yield formatCondition(name, values, excluded)
  }
}

function formatExactActor(value: string) {
  return `=${formatCondition('actor', [value]).slice('actor:'.length)}`
}

/**
 * Formats a filter in the search language. The inverse of `parseQuery`.
 *
 * @example
 * formatQuery({ q: 'engine', actor: ['u1'], not: { category: ['webhook'] } })
 * // 'engine actor:=u1 -category:webhook'
 */
export function formatQuery(filter: Filter): string {
  const { inbox, from, to, not, ...conditions } = filter
  return [
    ...formatConditions(conditions, false),
    ...(inbox ? [formatCondition('is', [inbox])] : []),
    ...(from ? [formatCondition('from', [from])] : []),
    ...(to ? [formatCondition('to', [to])] : []),
    ...formatConditions(not ?? {}, true),
  ].join(' ')
}
