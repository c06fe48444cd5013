import type { Scope } from '@whodid/core'
import { splitWords } from '@whodid/core/language'
import { type Exchange, type PathPart, parsePath } from './path.ts'
import { toPlainVerb } from './route-verbs.ts'
import type { Shape } from './shape.ts'

type UnknownObject = { readonly [key: string]: unknown }

/** Checks if a value is an object with keys: neither an array nor binary data. */
export function isObject(value: unknown): value is UnknownObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
}

const ENVELOPES = ['data', 'result', 'item', 'record', 'payload', 'attributes']
const NAME_FIELDS = [
  'name',
  'title',
  'label',
  'displayName',
  'display_name',
  'fullName',
  'full_name',
  'filename',
  'fileName',
  'originalname',
  'subject',
]
const LOGIN_FIELDS = ['email', 'username', 'login', 'userName', 'user_name', 'identifier']
const MAX_CACHED_TYPES = 1_000

/** The keys under which bodies keep a resource of a type, its id, and its ids. */
interface Keys {
  readonly holders: readonly string[]
  readonly ids: readonly string[]
  readonly lists: readonly string[]
  readonly plurals: readonly string[]
}

const keysByType = new Map<string, Keys>()

function getKeys(type: string): Keys {
  const cached = keysByType.get(type)
  if (cached !== undefined) return cached
  const camel = toCamelCase(type)
  const keys = {
    holders: [...new Set([camel, type, toCamelCase(type.slice(type.lastIndexOf('_') + 1))])],
    ids: ['id', '_id', 'uuid', `${camel}Id`, `${type}_id`],
    lists: ['ids', `${camel}Ids`, `${type}_ids`],
    plurals: ['items', `${camel}s`, `${type}s`, ...ENVELOPES],
  }
  if (keysByType.size >= MAX_CACHED_TYPES) keysByType.clear()
  keysByType.set(type, keys)
  return keys
}

function toCamelCase(type: string) {
  return type.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** Returns the part of a body that holds a resource: under its type, under `data` and the like, or the body itself. */
export function findEntity(body: unknown, type: string): UnknownObject | undefined {
  if (!isObject(body)) return undefined
  for (const key of getKeys(type).holders) if (isObject(body[key])) return body[key]
  for (const key of ENVELOPES) {
    const inner = body[key]
    if (!isObject(inner)) continue
    const nested = findEntity(inner, type)
    if (nested !== undefined) return nested
  }
  return body
}

/** Returns the id that a resource or a body holds for a resource of this type. */
export function findId(entity: UnknownObject | undefined, type: string): string | undefined {
  if (entity === undefined) return undefined
  for (const key of getKeys(type).ids) {
    const id = toId(entity[key])
    if (id !== undefined) return id
  }
  return undefined
}

/** Returns the display name of a resource. */
export function findName(entity: UnknownObject | undefined): string | undefined {
  return entity === undefined ? undefined : findText(entity, NAME_FIELDS)
}

/** Returns the email address of a person. */
export function findEmail(entity: UnknownObject | undefined): string | undefined {
  const email = entity?.email
  return typeof email === 'string' && email !== '' ? email : undefined
}

/** Returns the login name or address of a body with credentials. */
export function findLogin(body: unknown): string | undefined {
  if (!isObject(body)) return undefined
  return findText(isObject(body.user) ? body.user : body, LOGIN_FIELDS)
}

function findText(entity: UnknownObject, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const text = entity[key]
    if (typeof text === 'string' && text.trim() !== '') return text
  }
  return undefined
}

/** Returns the ids of several resources in a body: a list of ids, or also a list of resources with `includeResources`. */
function findIds(body: unknown, type: string, includeResources: boolean): string[] | undefined {
  if (Array.isArray(body)) return toIds(body, type)
  if (!isObject(body)) return undefined
  const { lists, plurals } = getKeys(type)
  for (const key of includeResources ? [...lists, ...plurals] : lists) {
    const list = body[key]
    const ids = Array.isArray(list) ? toIds(list, type) : undefined
    if (ids !== undefined) return ids
  }
  return undefined
}

/** Returns the names of several resources by their ids. */
export function findNamesById(body: unknown, type: string): Map<string, string> {
  const names = new Map<string, string>()
  const list = Array.isArray(body)
    ? body
    : isObject(body)
      ? Object.values(body).find((value) => Array.isArray(value) && value.some(isObject))
      : undefined
  if (Array.isArray(list)) {
    for (const item of list) {
      if (!isObject(item)) continue
      const id = findId(item, type)
      const name = findName(item)
      if (id !== undefined && name !== undefined) names.set(id, name)
    }
  }
  return names
}

function toIds(list: readonly unknown[], type: string): string[] | undefined {
  const found = list.map((item) => (isObject(item) ? (findId(item, type) ?? toId(item)) : toId(item)))
  const ids = found.filter((id) => id !== undefined)
  return ids.length > 0 && ids.length === found.length ? ids : undefined
}

/** Converts a string, a number, a bigint, or an object that is a string in JSON, such as an ObjectId. */
function toId(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function') {
    const json: unknown = value.toJSON()
    return typeof json === 'string' && json !== '' ? json : undefined
  }
  return undefined
}

/** Infers the scope of a resource from its parents in the path. `values` are the texts of the path's parts. */
export function inferScope(exchange: Exchange, shape: Shape, values: readonly string[]): Scope | undefined {
  if (shape.nouns.length < 2) return undefined
  const scope: { [level: string]: { id: string; name?: string } } = {}
  for (const noun of shape.nouns.slice(0, -1)) {
    const id = noun.index === undefined ? undefined : values[noun.index]
    if (id === undefined) continue
    const parent = exchange.failed || !isObject(exchange.responseBody) ? undefined : exchange.responseBody[noun.type]
    const name = isObject(parent) && findId(parent, noun.type) === id ? findName(parent) : undefined
    scope[noun.type] = { id, ...(name !== undefined && { name }) }
  }
  return scope
}

/** Infers the id and the name of the resource of a request. */
export function inferIdentity(
  exchange: Exchange,
  shape: Shape,
  type: string,
  parts: readonly PathPart[],
  values: readonly string[],
): { readonly id: string | null; readonly name: string | undefined } {
  const index = shape.nouns.at(-1)?.index
  // The body of a failure describes the failure, not the resource.
  const responseEntity = exchange.failed ? undefined : findEntity(exchange.responseBody, type)
  const requestEntity = findEntity(exchange.requestBody, type)
  const name = findName(responseEntity) ?? findName(requestEntity)
  const responseId = findId(responseEntity, type)
  if (index !== undefined) {
    return { id: (isAlias(parts[index]?.param) ? responseId : undefined) ?? values[index] ?? null, name }
  }
  const locationId = exchange.failed ? undefined : parseLocationId(exchange.location, values)
  return { id: responseId ?? locationId ?? findId(requestEntity, type) ?? null, name }
}

/** Checks if a parameter is an alias, such as a slug: the response then has the id. */
function isAlias(param: string | undefined) {
  return param !== undefined && /(?:slug|name|handle|title)$/i.test(param)
}

/** Returns the last segment of a `Location` below the path of the request. */
function parseLocationId(location: string | undefined, values: readonly string[]): string | undefined {
  if (location === undefined || !URL.canParse(location, 'http://localhost')) return undefined
  const segments = parsePath(new URL(location, 'http://localhost').pathname, null)
  return segments.at(-2)?.text === values.at(-1) ? segments.at(-1)?.text : undefined
}

/** Infers the ids of a batch; undefined when the request is about one resource. */
export function inferBatch(
  exchange: Exchange,
  shape: Shape,
  type: string,
  values: readonly string[],
): readonly string[] | undefined {
  const noun = shape.nouns.at(-1)
  if (noun?.index !== undefined) {
    // `/projects/p1,p2`
    const text = values[noun.index] ?? ''
    return shape.isBatch && text.includes(',') ? text.split(',') : undefined
  }
  const isCollective = exchange.method !== 'POST' || shape.verb !== undefined || Array.isArray(exchange.requestBody)
  if (!shape.isBatch && !isCollective) return undefined
  if (noun?.isSelf === true) return undefined
  const ids = findIds(exchange.requestBody, type, shape.isBatch)
  if (ids !== undefined) return ids
  if (!shape.isBatch && !Array.isArray(exchange.requestBody)) return undefined
  return exchange.failed ? undefined : findIds(exchange.responseBody, type, true)
}

/** Returns the fields that an update sent, without an envelope such as `{ article: { title } }`. */
export function inferSentFields(exchange: Exchange, shape: Shape, type: string): unknown {
  const { requestBody } = exchange
  if (!isUpdate(exchange, shape) || !isObject(requestBody)) return undefined
  const keys = Object.keys(requestBody)
  const [key = ''] = keys
  const inner = keys.length === 1 ? requestBody[key] : undefined
  return isObject(inner) && (key === 'data' || splitWords(key).join('_') === type) ? inner : requestBody
}

function isUpdate({ method, status, failed }: Exchange, { verb, nouns }: Shape): boolean {
  if (failed || status === 201) return false
  if (verb !== undefined) return method !== 'DELETE' && toPlainVerb(verb) === 'updated'
  return method === 'PUT' || method === 'PATCH' || (method === 'POST' && nouns.at(-1)?.index !== undefined)
}
