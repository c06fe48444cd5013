import { type Filter, filterFromParams, WhodidError } from '@whodid/core'
import { FILTER_CONDITIONS, filterSchema } from '@whodid/core/filter'
import { z } from 'zod'
import { hasBody, type Operation } from '../operations/operation.ts'
import { tenant } from '../schemas.ts'

/** A parameter of a REST route. */
export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  /** The input field that it sets. */
  readonly field: string
  readonly schema: z.ZodType
  /** How its text is parsed. A `list` is separated by commas, repeated, or both. */
  readonly valueType: 'text' | 'number' | 'list'
}

/** The parameters of an operation's route. */
export interface Parameters {
  readonly all: readonly Parameter[]
  /** `nested` if the filter is one field of the input, `flat` if its fields are fields of the input. */
  readonly filter: 'nested' | 'flat' | 'none'
}

/** Input fields that are not parameters of a route. */
const HIDDEN_FIELDS = new Set(['direction', 'not'])

function getFields(input: z.ZodType): { readonly [field: string]: z.ZodType } {
  const object = input instanceof z.ZodOptional ? input.unwrap() : input
  if (!(object instanceof z.ZodObject)) return {}
  return Object.fromEntries(
    Object.entries(object.shape).map(([field, schema]) => [field, z.instanceof(z.ZodType).parse(schema)]),
  )
}

const FILTER_FIELDS = getFields(filterSchema)

function unwrapSchema(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodReadonly) {
    return unwrapSchema(z.instanceof(z.ZodType).parse(schema.unwrap()))
  }
  return schema
}

function getValueType(schema: z.ZodType): Parameter['valueType'] {
  const type = unwrapSchema(schema)
  if (type instanceof z.ZodArray) return 'list'
  return type instanceof z.ZodNumber ? 'number' : 'text'
}

/** Returns the parameters of an operation's route, derived from its input schema. */
export function getParameters(operation: Operation): Parameters {
  const { path, parameterNames = {} } = operation.route
  const fields = getFields(operation.input)
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const filter = 'filter' in fields ? 'nested' : 'q' in fields ? 'flat' : 'none'
  const all: Parameter[] = []
  const add = (field: string, schema: z.ZodType, name = parameterNames[field] ?? field) => {
    const location = inPath.includes(field) ? 'path' : 'query'
    all.push({ name, in: location, field, schema, valueType: getValueType(schema) })
  }
  if (hasBody(operation.route)) {
    for (const field of inPath) if (fields[field]) add(field, fields[field])
    // All other fields are in the body, but the tenant may be in the query, as for reads.
    if (operation.requires === 'view' || operation.requires === 'admin') add('tenant', tenant)
    return { all, filter: 'none' }
  }
  for (const field of inPath) if (fields[field]) add(field, fields[field])
  for (const [field, schema] of Object.entries(filter === 'nested' ? { ...FILTER_FIELDS, ...fields } : fields)) {
    if (field !== 'filter' && !inPath.includes(field) && !HIDDEN_FIELDS.has(field)) add(field, schema)
  }
  if (filter !== 'none') {
    for (const name of FILTER_CONDITIONS) add('not', FILTER_FIELDS[name] ?? z.unknown(), `not.${name}`)
    add('not', z.string().optional().describe('Words and phrases that must not occur.'), 'not.q')
  }
  return { all, filter }
}

function parseValue(valueType: Parameter['valueType'], values: readonly string[]): unknown {
  if (valueType === 'list') return values.flatMap((value) => value.split(',')).filter((value) => value !== '')
  const [value = ''] = values
  return valueType === 'number' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value
}

/**
 * Parses the query and path of a request into the input of an operation. Ignores empty parameters.
 * Throws `invalid_input` for a parameter that the route does not have.
 */
export function parseInput(
  { all, filter }: Parameters,
  query: URLSearchParams,
  path: { readonly [name: string]: string },
): { readonly [field: string]: unknown } {
  const queryParameters = all.filter((parameter) => parameter.in === 'query')
  for (const name of query.keys()) {
    if (queryParameters.some((parameter) => parameter.name === name)) continue
    const supported = queryParameters
      .map((parameter) => parameter.name)
      .filter((parameterName) => !parameterName.startsWith('not.'))
    throw new WhodidError(
      'invalid_input',
      supported.length > 0
        ? `Unknown parameter ${JSON.stringify(name)}: use one of ${supported.join(', ')}.`
        : `Unknown parameter ${JSON.stringify(name)}: this route has no parameters.`,
    )
  }
  for (const { name, valueType } of queryParameters) {
    if (valueType === 'list' || query.getAll(name).length < 2) continue
    throw new WhodidError('invalid_input', `${name} must have one value, not several.`)
  }
  const input: { [field: string]: unknown } = { ...path }
  for (const { name, field, valueType } of queryParameters) {
    const values = query.getAll(name).filter((value) => value !== '')
    const isFilterField = filter !== 'none' && (field in FILTER_FIELDS || name.startsWith('not.'))
    if (!isFilterField && values.length > 0) input[field] = parseValue(valueType, values)
  }
  if (filter === 'none') return input
  const parsed: Filter = filterFromParams(query)
  return filter === 'nested' ? { ...input, filter: parsed } : { ...input, ...parsed }
}
