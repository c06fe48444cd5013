/** Reads ids and names from bodies whose shape nobody declared. */

type Bag = { readonly [key: string]: unknown }

export function isBag(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
}

const ENVELOPES = ['data', 'result', 'item', 'record', 'payload', 'attributes']
const NAMES = [
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

/** The keys under which bodies keep a resource of a type, its id, and its ids. */
interface Keys {
  readonly holders: readonly string[]
  readonly ids: readonly string[]
  readonly lists: readonly string[]
  readonly plurals: readonly string[]
}

const keysByType = new Map<string, Keys>()

function keysOf(type: string): Keys {
  const known = keysByType.get(type)
  if (known !== undefined) return known
  const camel = camelOf(type)
  const made = {
    holders: [...new Set([camel, type, camelOf(type.slice(type.lastIndexOf('_') + 1))])],
    ids: ['id', '_id', 'uuid', `${camel}Id`, `${type}_id`],
    lists: ['ids', `${camel}Ids`, `${type}_ids`],
    plurals: ['items', `${camel}s`, `${type}s`, ...ENVELOPES],
  }
  if (keysByType.size >= 1_000) keysByType.clear()
  keysByType.set(type, made)
  return made
}

function camelOf(type: string) {
  return type.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** The part of a body that holds a resource of this type: under its name, under `data` and the like, or the body itself. */
export function entityIn(body: unknown, type: string): Bag | undefined {
  if (!isBag(body)) return undefined
  for (const key of keysOf(type).holders) if (isBag(body[key])) return body[key]
  for (const key of ENVELOPES) {
    const inner = body[key]
    if (!isBag(inner)) continue
    const nested = entityIn(inner, type)
    if (nested !== undefined) return nested
  }
  return body
}

/** The id that a resource or a body names for a resource of this type. */
export function idIn(entity: Bag | undefined, type: string): string | undefined {
  if (entity === undefined) return undefined
  for (const key of keysOf(type).ids) {
    const id = asId(entity[key])
    if (id !== undefined) return id
  }
  return undefined
}

/** What people call the resource. */
export function nameIn(entity: Bag | undefined): string | undefined {
  if (entity === undefined) return undefined
  for (const key of NAMES) {
    const name = entity[key]
    if (typeof name === 'string' && name.trim() !== '') return name
  }
  return undefined
}

export function emailIn(entity: Bag | undefined): string | undefined {
  const email = entity?.email
  return typeof email === 'string' && email !== '' ? email : undefined
}

/** The login name or address that a body of credentials holds. */
export function loginIn(body: unknown): string | undefined {
  if (!isBag(body)) return undefined
  const holder = isBag(body.user) ? body.user : body
  for (const key of ['email', 'username', 'login', 'userName', 'user_name', 'identifier']) {
    const value = holder[key]
    if (typeof value === 'string' && value.trim() !== '') return value
  }
  return undefined
}

/** Several resources that one body names: a list of ids, or, where `broadly`, also a list of resources with ids. */
export function idsIn(body: unknown, type: string, broadly: boolean): string[] | undefined {
  if (Array.isArray(body)) return idList(body, type)
  if (!isBag(body)) return undefined
  const { lists, plurals } = keysOf(type)
  for (const key of broadly ? [...lists, ...plurals] : lists) {
    const list = body[key]
    const ids = Array.isArray(list) ? idList(list, type) : undefined
    if (ids !== undefined) return ids
  }
  return undefined
}

/** The names of several resources, by their ids. */
export function namesById(body: unknown, type: string): Map<string, string> {
  const names = new Map<string, string>()
  const list = Array.isArray(body)
    ? body
    : isBag(body)
      ? Object.values(body).find((value) => Array.isArray(value) && value.some(isBag))
      : undefined
  if (Array.isArray(list)) {
    for (const item of list) {
      if (!isBag(item)) continue
      const id = idIn(item, type)
      const name = nameIn(item)
      if (id !== undefined && name !== undefined) names.set(id, name)
    }
  }
  return names
}

function idList(list: readonly unknown[], type: string): string[] | undefined {
  const ids = list.map((item) => (isBag(item) ? (idIn(item, type) ?? asId(item)) : asId(item)))
  const known = ids.filter((id) => id !== undefined)
  return known.length > 0 && known.length === ids.length ? known : undefined
}

/** A string, a number, a bigint, or an object that stands for one in JSON, as an ObjectId does. */
export function asId(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function') {
    const json: unknown = value.toJSON()
    return typeof json === 'string' && json !== '' ? json : undefined
  }
  return undefined
}
