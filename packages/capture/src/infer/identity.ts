import { type Scope, splitWords } from '@whodid/core'
import { entityIn, idIn, idsIn, isBag, nameIn } from './bodies.ts'
import type { Exchange } from './exchange.ts'
import { type PathPart, partsOf } from './path-parts.ts'
import { plainOf } from './route-verbs.ts'
import type { Shape } from './shape.ts'

/** Where the resource of a request belongs: its parents in the path. `values` are the texts of the path's parts. */
export function scopeOf(exchange: Exchange, shape: Shape, values: readonly string[]): Scope | undefined {
  if (shape.nouns.length < 2) return undefined
  const scope: { [level: string]: { id: string; name?: string } } = {}
  for (const noun of shape.nouns.slice(0, -1)) {
    const id = noun.at === undefined ? undefined : values[noun.at]
    if (id === undefined) continue
    const answer = exchange.failed || !isBag(exchange.responseBody) ? undefined : exchange.responseBody[noun.type]
    const name = isBag(answer) && idIn(answer, noun.type) === id ? nameIn(answer) : undefined
    scope[noun.type] = { id, ...(name !== undefined && { name }) }
  }
  return scope
}

/** The id and the name of the resource that a request is about. */
export function identityOf(
  exchange: Exchange,
  shape: Shape,
  type: string,
  parts: readonly PathPart[],
  values: readonly string[],
): { readonly id: string | null; readonly name: string | undefined } {
  const at = shape.nouns.at(-1)?.at
  // The body of a failure is about the failure.
  const answer = exchange.failed ? undefined : entityIn(exchange.responseBody, type)
  const sent = entityIn(exchange.requestBody, type)
  const name = nameIn(answer) ?? nameIn(sent)
  const answered = idIn(answer, type)
  if (at !== undefined) return { id: (isAlias(parts[at]?.param) ? answered : undefined) ?? values[at] ?? null, name }
  const located = exchange.failed ? undefined : idInLocation(exchange.location, values)
  return { id: answered ?? located ?? idIn(sent, type) ?? null, name }
}

/** A parameter that is another name of the resource, where its answer has the id itself. */
function isAlias(param: string | undefined) {
  return param !== undefined && /(?:slug|name|handle|title)$/i.test(param)
}

/** The last segment of a Location below the path that was posted to. */
function idInLocation(location: string | undefined, values: readonly string[]): string | undefined {
  if (location === undefined || !URL.canParse(location, 'http://localhost')) return undefined
  const segments = partsOf(new URL(location, 'http://localhost').pathname, null)
  return segments.at(-2)?.text === values.at(-1) ? segments.at(-1)?.text : undefined
}

/** The ids of several resources that one request names; undefined when it is about one. */
export function batchOf(
  exchange: Exchange,
  shape: Shape,
  type: string,
  values: readonly string[],
): readonly string[] | undefined {
  const noun = shape.nouns.at(-1)
  if (noun?.at !== undefined) {
    // `/projects/p1,p2` and the like.
    const text = values[noun.at] ?? ''
    return shape.batch && text.includes(',') ? text.split(',') : undefined
  }
  const collective = exchange.method !== 'POST' || shape.verb !== undefined || Array.isArray(exchange.requestBody)
  if (!shape.batch && !collective) return undefined
  if (noun?.me === true) return undefined
  const sent = idsIn(exchange.requestBody, type, shape.batch)
  if (sent !== undefined) return sent
  if (!shape.batch && !Array.isArray(exchange.requestBody)) return undefined
  return exchange.failed ? undefined : idsIn(exchange.responseBody, type, true)
}

/** The fields that an update sent, without the resource's own envelope, as in `{ article: { title } }`; undefined for all else. */
export function sentOf(exchange: Exchange, shape: Shape, type: string): unknown {
  const { requestBody } = exchange
  if (!isUpdate(exchange, shape) || !isBag(requestBody)) return undefined
  const keys = Object.keys(requestBody)
  const [key = ''] = keys
  const inner = keys.length === 1 ? requestBody[key] : undefined
  return isBag(inner) && (key === 'data' || splitWords(key).join('_') === type) ? inner : requestBody
}

function isUpdate({ method, status, failed }: Exchange, { verb, nouns }: Shape): boolean {
  if (failed || status === 201) return false
  if (verb !== undefined) return method !== 'DELETE' && plainOf(verb) === 'updated'
  return method === 'PUT' || method === 'PATCH' || (method === 'POST' && nouns.at(-1)?.at !== undefined)
}
