import { WhodidError } from '@whodid/core'
import { bytesToHex } from '@whodid/core/event'

/** A parameter value. */
export type SqlValue = Scalar | readonly Scalar[]
type Scalar = string | number | boolean | null | Uint8Array

/** A fragment of SQL: text with parameters between. */
export interface Sql {
  readonly strings: readonly string[]
  readonly values: readonly SqlValue[]
}

/** A statement with numbered parameters, ready for a driver. */
export interface Statement {
  readonly text: string
  /** Arrays are already array literals. */
  readonly params: readonly Scalar[]
}

function isSql(value: unknown): value is Sql {
  return typeof value === 'object' && value !== null && 'strings' in value
}

/**
 * Builds SQL: values become parameters, fragments are inlined.
 *
 * @example
 * sql`select 1 from events where tenant_id = ${tenantId} and ${joinAnd(conditions)}`
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

/** Inlines text as it is. Never pass it user input. */
export function raw(text: string): Sql {
  return { strings: [text], values: [] }
}

/** Inlines an integer, so that the planner sees its value. */
export function integer(value: number): Sql {
  return raw(String(Math.trunc(value)))
}

/** Joins fragments with a separator. There must be at least one. */
export function join(fragments: readonly Sql[], separator: string): Sql {
  return fragments.reduce((left, right) => sql`${left}${raw(separator)}${right}`)
}

/** Joins conditions with `and`. Without any it is `true`. */
export function joinAnd(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? raw('true') : join(conditions, ' and ')
}

function isList(value: SqlValue): value is readonly Scalar[] {
  return Array.isArray(value)
}

function formatElement(value: Scalar): string {
  if (value === null) return 'NULL'
  if (typeof value === 'string') return `"${/["\\]/.test(value) ? value.replace(/["\\]/g, '\\$&') : value}"`
  return value instanceof Uint8Array ? `"\\\\x${bytesToHex(value)}"` : String(value)
}

/** Formats an array as a PostgreSQL array literal. The drivers' own formatters differ, and some are slow. */
export function formatArray(values: readonly Scalar[]): string {
  return `{${values.map(formatElement).join(',')}}`
}

/** Numbers the parameters and formats arrays. */
export function compile({ strings, values }: Sql): Statement {
  return {
    text: strings.reduce((text, part, index) => `${text}$${index}${part}`),
    params: values.map((value) => (isList(value) ? formatArray(value) : value)),
  }
}

/** Sets `app.tenant` for the transaction. It inlines a literal, because Citus does not forward `set_config`. */
export function setTenant(tenantId: string): Sql {
  return raw(`set local app.tenant = ${quoteLiteral(tenantId)}`)
}

/** Quotes text as a literal that does not depend on `standard_conforming_strings`. */
function quoteLiteral(text: string): string {
  if (text.includes('\0')) throw new WhodidError('invalid_input', 'Invalid tenant id: it contains a NUL character.')
  return `E'${text.replace(/['\\]/g, '$&$&')}'`
}
