import { gzipSync } from 'node:zlib'
import { ROUTES } from '../../packages/server/src/http/routes.ts'
import { OPERATIONS } from '../../packages/server/src/operations/index.ts'
import { hasBody, type Operation } from '../../packages/server/src/operations/operation.ts'
import type { Random } from '../random.ts'
import { createInput, type Knowledge } from './inputs.ts'
import { createHostileText, createHostileValue, damage, mutate } from './values.ts'

/** A request before it is created. */
export interface Draft {
  readonly method: string
  /** Path below the mount path and query, as sent. */
  readonly target: string
  readonly headers: { readonly [name: string]: string }
  readonly body: string | Uint8Array<ArrayBuffer> | null
  /** The operation it calls. Null for none or several. */
  readonly operation: string | null
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Encodes like `encodeURIComponent`, which throws on a lone surrogate. */
function encode(text: string): string {
  return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\ufffd'))
}

const ESCAPES = ['%', '%zz', '%00', '%0d%0a', '%C0%AF', '%ED%A0%80', '%u0041', '+', ';', '&&', '=', '#', '%2F', '%5C..']

function toQueryPart(value: unknown, random: Random): string {
  return random.chance(0.08) ? random.pick(ESCAPES) + encode(createHostileText(random)) : encode(toText(value ?? ''))
}

function toText(value: unknown): string {
  return Array.isArray(value) ? value.map(toText).join(',') : isRecord(value) ? JSON.stringify(value) : String(value)
}

/** Converts fields to parameters. Those of a filter are at the top level, and its `not` conditions as `not.actor`. */
function toPairs(input: Record<string, unknown>, operation: Operation): [name: string, value: string][] {
  return Object.entries(input).flatMap(([field, value]): [string, string][] => {
    if (field === 'filter' && isRecord(value)) return toPairs(value, operation)
    if (field === 'not' && isRecord(value)) {
      return Object.entries(value).map(([name, each]) => [`not.${name}`, toText(each)])
    }
    const renamed = new Map(Object.entries(operation.route.parameterNames ?? {}))
    return [[renamed.get(field) ?? field, toText(value)]]
  })
}

function createQuery(input: Record<string, unknown>, operation: Operation, random: Random): string {
  const pairs = toPairs(input, operation)
  if (random.chance(0.5)) return pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
  if (random.chance(0.2)) pairs.push([createHostileText(random), createHostileText(random)])
  if (pairs.length > 0 && random.chance(0.15)) pairs.push(random.pick(pairs))
  const query = pairs
    .map(([name, value]) => {
      const hostile = random.chance(0.2)
        ? createHostileText(random)
        : random.chance(0.1)
          ? damage(value, random)
          : value
      return `${encode(name)}${random.pick(['=', '=', '=', '=', '=', '[]=', '.x=', ''])}${toQueryPart(hostile, random)}`
    })
    .join('&')
  return random.chance(0.1) ? damage(query, random) : query
}

const ODD_HEADERS: readonly (readonly [name: string, values: readonly string[]])[] = [
  ['last-event-id', ['0', '1', '-1', 'abc', '99999999999999999999', 'all.', 'all.AAAAAAAA1', '🙂'.slice(0, 0), '1e3']],
  ['if-none-match', ['*', '"x"', 'W/"x"', '"'.repeat(500), ',,,', '"a", "b"']],
  ['accept', ['*/*', 'text/event-stream', 'application/xml', 'text/csv;q=2', ';;;', 'application/json, */*;q=0']],
  ['accept-encoding', ['gzip', 'br', 'gzip;q=0', '*', 'identity;q=0, *;q=0', 'gzip, gzip, gzip']],
  ['origin', ['http://localhost', 'https://evil.test', 'null', 'not a url', 'file://']],
  ['sec-fetch-site', ['same-origin', 'cross-site', 'none', 'odd']],
  ['range', ['bytes=0-1', 'bytes=-1', 'items=9-1']],
  ['x-request-id', ['r1', 'x'.repeat(5_000), '\t', '"\\']],
  ['x-forwarded-for', ['127.0.0.1', '::1', 'x, y, z']],
  ['x-forwarded-host', ['evil.test']],
  ['x-http-method-override', ['DELETE', 'PUT']],
  ['trpc-accept', ['application/jsonl', 'text/event-stream', 'x']],
  ['cookie', ['session=mallory; session=eve', 'session=', '=', 'session=%00', 'a'.repeat(5_000)]],
  ['authorization', ['Bearer', 'Bearer  ', 'Bearer a b', 'bearer x.y.z', 'Basic Og==', `Bearer ${'a'.repeat(9_000)}`]],
  ['user-agent', ['x'.repeat(5_000), '']],
  ['prefer', ['return=minimal']],
  ['expect', ['200-ok']],
]

function createOddHeaders(random: Random): Record<string, string> {
  if (random.chance(0.6)) return {}
  return Object.fromEntries(
    Array.from({ length: 1 + random.integer(3) }, () => {
      const [name, values] = random.pick(ODD_HEADERS)
      return [name, random.pick(values)]
    }),
  )
}

const TYPES = [
  'text/plain',
  'application/xml',
  'application/json; charset=utf-16',
  'APPLICATION/JSON;',
  'multipart/form-data',
  '',
]
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'get', 'X']

function createBody(value: unknown, random: Random): Pick<Draft, 'headers' | 'body'> {
  let text = JSON.stringify(value) ?? ''
  const json = { 'content-type': 'application/json' }
  switch (random.chance(0.7) ? -1 : random.integer(9)) {
    case 0:
      text = damage(text, random)
      break
    case 1:
      text = `${'['.repeat(random.pick([60, 70, 5_000, 200_000]))}${text}`
      break
    case 2:
      text = `{"__proto__":${text},"__proto__":${text}}`
      break
    case 3:
      text = `\ufeff${text}`
      break
    case 4:
      text = text.replace(/\d+/, random.pick(['1e400', '-0', '0.1e-400', '00', '1'.repeat(500)]))
      break
    case 5:
      return { headers: json, body: new Uint8Array([...new TextEncoder().encode(text), 0xc0, 0xff, 0xed, 0xa0, 0x80]) }
    case 6:
      return {
        headers: { ...json, 'content-encoding': random.pick(['gzip', 'br', 'deflate', 'x', 'gzip, gzip']) },
        body: random.chance(0.5) ? new Uint8Array(gzipSync(text)) : text,
      }
    case 7:
      return { headers: { 'content-type': random.pick(TYPES) }, body: text }
    case 8:
      return { headers: { ...json, 'content-length': random.pick(['0', '99999999', '-1', 'x']) }, body: text }
  }
  return { headers: json, body: text }
}

function createRestDraft(random: Random, known: Knowledge): Draft {
  const operation = random.pick(ROUTES)
  const valid = createInput(operation, random, known)
  const input = random.chance(0.4) ? mutate(valid, random) : valid
  const fields = isRecord(input) ? { ...input } : {}
  const path = operation.route.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = fields[name]
    delete fields[name]
    return toQueryPart(random.chance(0.15) ? createHostileText(random) : value, random)
  })
  const method = random.chance(0.1) ? random.pick(METHODS) : operation.route.method
  const inBody = hasBody(operation.route)
  const query = inBody && random.chance(0.8) ? '' : createQuery(fields, operation, random)
  const placed = random.chance(0.07) ? damage(path, random) : path
  return {
    method,
    operation: operation.name,
    target: query === '' ? placed : `${placed}?${query}`,
    ...(inBody || random.chance(0.05)
      ? createBody(isRecord(input) ? fields : input, random)
      : { headers: {}, body: null }),
  }
}

const PROCEDURES = [
  'inbox',
  'inbox.count.seen',
  'nothing',
  '__proto__',
  'toString',
  'constructor',
  '',
  '.',
  'list.',
  '%00',
]

function createTrpcDraft(random: Random, known: Knowledge): Draft {
  const calls = Array.from({ length: random.chance(0.6) ? 1 : 1 + random.integer(random.chance(0.1) ? 60 : 5) }, () => {
    const operation = random.pick(OPERATIONS)
    const valid = createInput(operation, random, known)
    const name = random.chance(0.08) ? random.pick(PROCEDURES) : operation.name
    return { name, input: random.chance(0.4) ? mutate(valid, random) : valid, operation }
  })
  const [first] = calls
  const batch = calls.length > 1 || random.chance(0.2)
  const value = batch ? Object.fromEntries(calls.map(({ input }, index) => [index, input])) : first?.input
  const input = random.chance(0.06) ? mutate(value, random) : random.chance(0.04) ? createHostileValue(random) : value
  const names = calls.map(({ name }) => name).join(',')
  const path = `/trpc/${random.chance(0.05) ? damage(names, random).replaceAll(/[?#]/g, '') : names}`
  const posted = random.chance(0.08)
    ? random.chance(0.5)
    : first !== undefined && first.operation.route.method !== 'GET'
  const mark = batch
    ? ['batch=1']
    : random.chance(0.05)
      ? [random.pick(['batch=', 'batch=2', 'connectionParams=1'])]
      : []
  if (posted) {
    return { method: 'POST', operation: null, target: [path, ...mark].join('?'), ...createBody(input, random) }
  }
  const json = JSON.stringify(input) ?? 'undefined'
  const text = random.chance(0.08) ? damage(json, random) : json
  const query = [...mark, `input=${encode(text)}`].join('&')
  const streamed = random.chance(0.1) ? { 'trpc-accept': 'application/jsonl' } : {}
  return {
    method: random.chance(0.05) ? random.pick(METHODS) : 'GET',
    target: `${path}?${random.chance(0.03) ? damage(query, random) : query}`,
    headers: streamed,
    body: null,
    operation: null,
  }
}

const PATHS = [
  '/api',
  '/api/',
  '/api/v1',
  '/api/v1/',
  '/api/v2/events',
  '/api/v1//events',
  '/api/v1/events/',
  '/api/v1/EVENTS',
  '/api/v1/events/%2e%2e/keys',
  '/api/v1/events/../../../etc/passwd',
  '/api/v1/events/%00',
  '/api/v1/events/%zz',
  '/api/v1/events;a=b',
  '/api/v1/users//activity',
  '/api/v1/users/%2F/activity',
  '/api/v1/resources/project/history',
  '/api/v1/resources/a/b/c/history',
  '/trpc',
  '/trpc/',
  '/trpc//',
  '/trpc/list/get',
  '/openapi.json',
  '/docs',
  '/health',
  '/health/',
  '/healthz',
  '/audit-logs',
  '/audit-logs//',
  '/users/x/activity',
  '/elsewhere',
  '/',
]

function createPathDraft(random: Random): Draft {
  return {
    method: random.chance(0.5) ? 'GET' : random.pick(METHODS),
    target: random.chance(0.3) ? `/${encode(damage(random.pick(PATHS), random))}` : random.pick(PATHS),
    headers: {},
    body: null,
    operation: null,
  }
}

/** Creates a request that is more or less invalid. */
export function createDraft(random: Random, known: Knowledge): Draft {
  const kind = random.integer(100)
  const draft =
    kind < 50 ? createRestDraft(random, known) : kind < 94 ? createTrpcDraft(random, known) : createPathDraft(random)
  return { ...draft, headers: { ...draft.headers, ...createOddHeaders(random) } }
}
