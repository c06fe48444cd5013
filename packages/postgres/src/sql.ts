/** A value that may stand in a statement as a parameter. */
export type SqlValue = string | number | boolean | null | Uint8Array | readonly (string | number | Uint8Array | null)[]

/** A piece of a statement: text with parameters between. */
export interface Sql {
  readonly strings: readonly string[]
  readonly values: readonly SqlValue[]
}

/** A statement as a driver sends it. */
export interface Statement {
  readonly text: string
  readonly params: readonly SqlValue[]
}

const isSql = (value: unknown): value is Sql => typeof value === 'object' && value !== null && 'strings' in value

/**
 * Writes SQL: values become parameters, pieces of SQL become part of it.
 *
 * @example
 * sql`select 1 from events where tenant_id = ${tenantId} and ${all(conditions)}`
 */
export const sql = (texts: TemplateStringsArray, ...parts: readonly (SqlValue | Sql)[]): Sql => {
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
export const raw = (text: string): Sql => ({ strings: [text], values: [] })

/** Pieces with a separator between them. */
export const join = (pieces: readonly Sql[], separator: string): Sql =>
  pieces.reduce((left, right) => sql`${left}${raw(separator)}${right}`)

/** Conditions that must all hold. */
export const all = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? raw('true') : join(conditions, ' and ')

/** Numbers the parameters: what a driver takes. */
export const compile = ({ strings, values }: Sql): Statement => ({
  text: strings.reduce((text, part, index) => `${text}$${index}${part}`),
  params: values,
})
