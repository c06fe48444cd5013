import { bytesToHex } from '@whodid/core'

/** A value that may stand in a statement as a parameter. */
export type SqlValue = Scalar | readonly Scalar[]
type Scalar = string | number | boolean | null | Uint8Array

/** A piece of a statement: text with parameters between. */
export interface Sql {
  readonly strings: readonly string[]
  readonly values: readonly SqlValue[]
}

/** A statement as a driver sends it. */
export interface Statement {
  readonly text: string
  /** Arrays have become literals. */
  readonly params: readonly Scalar[]
}

function isSql(value: unknown): value is Sql {
  return typeof value === 'object' && value !== null && 'strings' in value
}

/**
 * Writes SQL: values become parameters, pieces of SQL become part of it.
 *
 * @example
 * sql`select 1 from events where tenant_id = ${tenantId} and ${all(conditions)}`
 */
export function sql(texts: TemplateStringsArray, ...parts: readonly (SqlValue | Sql)[]): Sql {
  const strings = [texts[0] ?? '']
  const values: SqlValue[] = []
  const append = (text: string) => {
    strings[strings.length - 1] += text
  }
  parts.forEach((part, index) => {
    if (isSql(part)) {
      part.strings.forEach((text, at) => {
        if (at === 0) append(text)
        else strings.push(text)
      })
      values.push(...part.values)
    } else {
      values.push(part)
      strings.push('')
    }
    append(texts[index + 1] ?? '')
  })
  return { strings, values }
}

/** Text that stands in a statement as it is. Never for anything that came from outside. */
export function raw(text: string): Sql {
  return { strings: [text], values: [] }
}

/** A whole number that stands in a statement itself: of a parameter the planner would not know that it is small. */
export function constant(value: number): Sql {
  return raw(String(Math.trunc(value)))
}

/** Pieces with a separator between them. */
export function join(pieces: readonly Sql[], separator: string): Sql {
  return pieces.reduce((left, right) => sql`${left}${raw(separator)}${right}`)
}

/** Conditions that must all hold. */
export function all(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? raw('true') : join(conditions, ' and ')
}

function isList(value: SqlValue): value is readonly Scalar[] {
  return Array.isArray(value)
}

function elementOf(value: Scalar): string {
  if (value === null) return 'NULL'
  if (typeof value === 'string') return `"${/["\\]/.test(value) ? value.replace(/["\\]/g, '\\$&') : value}"`
  return value instanceof Uint8Array ? `"\\\\x${bytesToHex(value)}"` : String(value)
}

/** An array as PostgreSQL reads it. Drivers write arrays in their own ways, some slowly; here it is done once. */
export function arrayLiteral(values: readonly Scalar[]): string {
  return `{${values.map(elementOf).join(',')}}`
}

/** Numbers the parameters: what a driver takes. */
export function compile({ strings, values }: Sql): Statement {
  return {
    text: strings.reduce((text, part, index) => `${text}$${index}${part}`),
    params: values.map((value) => (isList(value) ? arrayLiteral(value) : value)),
  }
}
