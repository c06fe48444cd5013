import { WhodidError } from '../errors.ts'
import { CHANNELS, KINDS, SEVERITIES, STATUSES } from '../event/event.ts'
import {
  FILTER_CONDITIONS,
  type Filter,
  type FilterCondition,
  type FilterConditions,
  INBOX_STATES,
  type NotConditions,
  parseResourceRef,
} from './filter.ts'
import { parseTimeRange } from './time-range.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function splitList(text: string): string[] {
  const values: string[] = []
  let value = ''
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at)
    const next = text.charAt(at + 1)
    if (char === '\\' && (next === ',' || next === '\\')) {
      value += next
      at += 1
    } else if (char === ',') {
      values.push(value)
      value = ''
    } else value += char
  }
  values.push(value)
  return values.filter((item) => item !== '')
}

function joinList(values: readonly string[]): string {
  return values.map((value) => value.replaceAll('\\', '\\\\').replaceAll(',', '\\,')).join(',')
}

function parseEnum<T extends string>(name: string, allowed: readonly T[], value: string): T {
  const match = allowed.find((item) => item === value)
  if (match !== undefined) return match
  throw new WhodidError(
    'invalid_input',
    `${name} must be one of ${allowed.join(', ')}, not ${JSON.stringify(value.slice(0, 64))}.`,
  )
}

function parseConditions(params: URLSearchParams, prefix: string): Mutable<FilterConditions> {
  const conditions: Mutable<FilterConditions> = {}
  for (const condition of FILTER_CONDITIONS) {
    const name = prefix + condition
    const values = [...new Set(params.getAll(name).flatMap(splitList))]
    if (values.length > 0) setCondition(conditions, condition, name, values)
  }
  return conditions
}

function setCondition(
  conditions: Mutable<FilterConditions>,
  condition: FilterCondition,
  name: string,
  values: readonly string[],
): void {
  if (condition === 'kind') conditions.kind = values.map((value) => parseEnum(name, KINDS, value))
  else if (condition === 'status') conditions.status = values.map((value) => parseEnum(name, STATUSES, value))
  else if (condition === 'channel') conditions.channel = values.map((value) => parseEnum(name, CHANNELS, value))
  else if (condition === 'severity') conditions.severity = values.map((value) => parseEnum(name, SEVERITIES, value))
  else conditions[condition] = condition === 'resource' ? values.map((value) => checkResource(name, value)) : values
}

function checkResource(name: string, value: string): string {
  if (parseResourceRef(value)) return value
  throw new WhodidError(
    'invalid_input',
    `${name} must be a type and an id such as project/42, not ${JSON.stringify(value.slice(0, 64))}.`,
  )
}

/**
 * Parses the filter of a query string. Lists are comma-separated or repeated parameters, and `\,` is a literal comma.
 * Excluded values have the prefix `not.`, as in `not.action=project.updated`. Unknown and empty parameters are ignored.
 *
 * @throws WhodidError `invalid_input` on an unknown value or an invalid time
 * @example
 * filterFromParams(new URLSearchParams('category=project,member&from=2026-11-01'))
 * // { category: ['project', 'member'], from: '2026-11-01' }
 */
export function filterFromParams(params: URLSearchParams): Filter {
  const filter: Mutable<Filter> = parseConditions(params, '')
  const q = params.get('q')
  if (q) filter.q = q
  const inbox = params.get('inbox')
  if (inbox) filter.inbox = parseEnum('inbox', INBOX_STATES, inbox)
  const from = params.get('from')
  if (from) filter.from = from
  const to = params.get('to')
  if (to) filter.to = to
  parseTimeRange(filter)
  const not: Mutable<NotConditions> = parseConditions(params, 'not.')
  const notQ = params.get('not.q')
  if (notQ) not.q = notQ
  if (Object.keys(not).length > 0) filter.not = not
  return filter
}

/** Formats a filter as a query string. The inverse of {@link filterFromParams}. */
export function filterToParams(filter: Filter): URLSearchParams {
  const params = new URLSearchParams()
  const add = (conditions: FilterConditions, prefix: string) => {
    for (const condition of FILTER_CONDITIONS) {
      const values = conditions[condition]
      if (values !== undefined && values.length > 0) params.set(prefix + condition, joinList(values))
    }
  }
  if (filter.q) params.set('q', filter.q)
  add(filter, '')
  if (filter.inbox) params.set('inbox', filter.inbox)
  if (filter.from) params.set('from', filter.from)
  if (filter.to) params.set('to', filter.to)
  add(filter.not ?? {}, 'not.')
  if (filter.not?.q) params.set('not.q', filter.not.q)
  return params
}
