import { FILTER_CONDITIONS, type Filter, filterFromParams, filterSchema, WhodidError } from '@whodid/core'
import { z } from 'zod'
import { hasBody, type Operation } from '../operations/operation.ts'
import { tenant } from '../schemas.ts'

/** One parameter of a REST route. */
export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  /** The field of the input that it fills. */
  readonly field: string
  readonly schema: z.ZodType
  /** What its text stands for: `many` are parted by commas, or given one by one. */
  readonly valueType: 'text' | 'number' | 'many'
}

/** What a verb's routes need to know of its input. */
export interface Parameters {
  readonly all: readonly Parameter[]
  /** Whether the filter is a field of its own (`nested`), or its fields are the input's. */
  readonly filter: 'nested' | 'flat' | 'none'
}

/** Sent by query libraries, and no parameter of a route. */
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
  if (type instanceof z.ZodArray) return 'many'
  return type instanceof z.ZodNumber ? 'number' : 'text'
}

/** The parameters of a verb's route, read off its input. */
export function getParameters(operation: Operation): Parameters {
  const { path, parameterNames: renamed = {} } = operation.route
  const fields = getFields(operation.input)
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const filter = 'filter' in fields ? 'nested' : 'q' in fields ? 'flat' : 'none'
  const all: Parameter[] = []
  const add = (field: string, schema: z.ZodType, name = renamed[field] ?? field) => {
    const place = inPath.includes(field) ? 'path' : 'query'
    all.push({ name, in: place, field, schema, valueType: getValueType(schema) })
  }
  if (hasBody(operation.route)) {
    for (const field of inPath) if (fields[field]) add(field, fields[field])
    // A body says everything else, but a tenant may also be named where reads name it.
    if (operation.requires === 'view' || operation.requires === 'admin') add('tenant', tenant)
    return { all, filter: 'none' }
  }
  for (const field of inPath) if (fields[field]) add(field, fields[field])
  for (const [field, schema] of Object.entries(filter === 'nested' ? { ...FILTER_FIELDS, ...fields } : fields)) {
    if (field !== 'filter' && !inPath.includes(field) && !HIDDEN_FIELDS.has(field)) add(field, schema)
  }
  if (filter !== 'none') {
    for (const term of FILTER_CONDITIONS) add('not', FILTER_FIELDS[term] ?? z.unknown(), `not.${term}`)
    add('not', z.string().optional().describe('Words and phrases that must not occur.'), 'not.q')
  }
  return { all, filter }
}

function parseValue(holds: Parameter['valueType'], values: readonly string[]): unknown {
  if (holds === 'many') return values.flatMap((value) => value.split(',')).filter((value) => value !== '')
  const [value = ''] = values
  return holds === 'number' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value
}

/**
 * The input that a query string and the names in a path make. Empty parameters are none.
 * Throws `invalid_input` naming a parameter that the route does not take.
 */
export function parseInput(
  { all, filter }: Parameters,
  query: URLSearchParams,
  path: { readonly [name: string]: string },
): { readonly [field: string]: unknown } {
  const takes = all.filter((parameter) => parameter.in === 'query')
  for (const name of query.keys()) {
    if (takes.some((parameter) => parameter.name === name)) continue
    const known = takes.filter((parameter) => !parameter.name.startsWith('not.')).map((parameter) => parameter.name)
    throw new WhodidError(
      'invalid_input',
      known.length > 0
        ? `${JSON.stringify(name)} is not a parameter of this route, which takes ${known.join(', ')}.`
        : `${JSON.stringify(name)} is not a parameter of this route, which takes none.`,
    )
  }
  for (const { name, valueType: holds } of takes) {
    if (holds === 'many' || query.getAll(name).length < 2) continue
    throw new WhodidError('invalid_input', `${name} is given more than once: give it one value.`)
  }
  const input: { [field: string]: unknown } = { ...path }
  for (const { name, field, valueType: holds } of takes) {
    const values = query.getAll(name).filter((value) => value !== '')
    const ofFilter = filter !== 'none' && (field in FILTER_FIELDS || name.startsWith('not.'))
    if (!ofFilter && values.length > 0) input[field] = parseValue(holds, values)
  }
  if (filter === 'none') return input
  const given: Filter = filterFromParams(query)
  return filter === 'nested' ? { ...input, filter: given } : { ...input, ...given }
}
