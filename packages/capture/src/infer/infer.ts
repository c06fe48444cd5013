import { type Kind, kindOfVerb, pastOf, type Scope, splitWords } from '@whodid/core'
import { AUTH_CATEGORIES } from './auth-verbs.ts'
import { emailIn, entityIn, idIn, idsIn, isBag, loginIn, nameIn, namesById } from './bodies.ts'
import { type PathPart, partsOf } from './path-parts.ts'
import { namesFor, plainOf } from './route-verbs.ts'
import { type Shape, shapeOf } from './shape.ts'
import type { Vocabulary } from './vocabulary.ts'

/** A finished request, as far as an action can be read from it. */
export interface Exchange {
  readonly method: string
  /** The path as it was asked for, without a query. */
  readonly path: string
  /** The route's pattern with its full mount path; null when no route was matched. */
  readonly route: string | null
  readonly status: number
  readonly failed: boolean
  readonly requestBody: unknown
  readonly responseBody: unknown
  readonly location: string | undefined
}

/** An action read from a request. */
export interface Inference {
  readonly action: string
  readonly kind: Kind
  readonly type: string
  readonly id: string | null
  readonly name: string | undefined
  readonly scope: Scope
  /** Whether `type` and `id` are the actor's own: `/me`. */
  readonly self: boolean
  /** Who has signed in or up, when the answer says. */
  readonly person:
    | { readonly id: string; readonly name: string | undefined; readonly email: string | undefined }
    | undefined
  /** What the body sent, for an update that nobody reported before and after. */
  readonly sent: unknown
  readonly metadata: { readonly [key: string]: unknown } | undefined
}

/** What can be inferred, or why nothing can. */
export type Inferred = { readonly found: readonly Inference[] } | { readonly none: string }

const BATCH_AT_MOST = 100

/** Reads what a request did from its method, its path and its bodies; `named` is an action that the host gave the route. */
export function infer(exchange: Exchange, vocabulary: Vocabulary, named?: string): Inferred {
  const parts = partsOf(exchange.path, exchange.route)
  const calls = named === undefined ? callsOf(parts, exchange) : undefined
  if (calls === 'read') return { none: 'a query over POST' }
  const found = (calls ?? [parts]).map((part) => one(exchange, part, vocabulary, named))
  const first = found.find((result) => 'none' in result)
  if (first !== undefined && 'none' in first) return first
  return { found: found.flatMap((result) => ('found' in result ? result.found : [])) }
}

function one(
  exchange: Exchange,
  parts: readonly PathPart[],
  vocabulary: Vocabulary,
  named: string | undefined,
): Inferred {
  const shape = shapeOf(exchange.method, parts, vocabulary)
  const isRead = exchange.method === 'GET' || exchange.method === 'HEAD' || exchange.method === 'OPTIONS'
  if (shape.auth !== undefined && !isRead) return { found: [authInference(exchange, shape, vocabulary, named)] }
  const noun = shape.nouns.at(-1)
  const type = named === undefined ? (noun?.type ?? typeWithoutNoun(shape, vocabulary)) : categoryOf(named)
  if (type === undefined) return { none: 'the path names no resource: name its action with `routes`' }
  if (shape.read && named === undefined && !isRead) return { none: 'a search over POST' }
  const action = named ?? actionOf(exchange, shape, type, vocabulary, isRead)
  const several = named === undefined && !isRead ? batchOf(exchange, shape, type, parts) : undefined
  const shared = {
    action,
    kind: named === undefined && isRead ? ('other' as const) : kindOfAction(action),
    type,
    scope: scopeOf(shape, parts, exchange),
    self: noun?.me === true,
    person: undefined,
    sent: isUpdate(exchange, shape) ? sentIn(exchange.requestBody, type) : undefined,
    metadata: undefined,
  }
  if (several !== undefined) {
    const names = exchange.failed ? new Map<string, string>() : namesById(exchange.responseBody, type)
    if (!exchange.failed && several.length <= BATCH_AT_MOST) {
      return { found: several.map((id) => ({ ...shared, id, name: names.get(id), sent: undefined })) }
    }
    return { found: [{ ...shared, id: null, name: undefined, metadata: { count: several.length } }] }
  }
  return { found: [{ ...shared, ...identityOf(exchange, shape, type, parts) }] }
}

/** Calls that travel in one path segment or body, as of tRPC and GraphQL; undefined when the path is an ordinary one. */
function callsOf(parts: readonly PathPart[], exchange: Exchange): PathPart[][] | 'read' | undefined {
  const last = parts.at(-1)
  if (last === undefined) return undefined
  if (/^graphql$/i.test(last.text) && isBag(exchange.requestBody)) {
    const query = exchange.requestBody.query
    const field =
      typeof query === 'string' ? /^\s*mutation\b[^{]*\{\s*(?:\w+\s*:\s*)?(\w+)/.exec(query)?.[1] : undefined
    return field === undefined ? 'read' : [[fixed(field)]]
  }
  const isCall =
    /^\w+(?:\.\w+)+(?:,\w+(?:\.\w+)+)*$/.test(last.text) && !/\d|\.(?:json|xml|html?|php|aspx?|do)$/i.test(last.text)
  return isCall ? last.text.split(',').map((call) => call.split('.').map(fixed)) : undefined
}

const fixed = (text: string): PathPart => ({ text, value: false, param: undefined })

function typeWithoutNoun(shape: Shape, vocabulary: Vocabulary): string | undefined {
  if (shape.verb === undefined) return undefined
  const categories = namesFor(shape.verb).flatMap((name) => vocabulary.categoriesOf(name))
  return categories.length === 1 ? categories[0] : shape.verb
}

const categoryOf = (action: string) => action.slice(0, action.indexOf('.'))

function kindOfAction(action: string): Kind {
  return kindOfVerb(action.slice(action.indexOf('.') + 1))
}

function actionOf(exchange: Exchange, shape: Shape, type: string, vocabulary: Vocabulary, isRead: boolean): string {
  const { verb, object } = shape
  if (isRead) return `${type}.${verb === undefined || shape.read ? 'viewed' : pastOf(verb)}`
  if (verb === undefined) return firstDeclared(type, [plainVerb(exchange, shape)], vocabulary)
  // A verb that stands alone, as in POST /sync.
  if (type === verb) return `${type}.run`
  if (object !== undefined) {
    const past = `${object}_${pastOf(verb)}`
    const names = [
      past,
      `${object}_${verb}`,
      ...namesFor(verb).map((name) => `${object}_${name}`),
      `${pastOf(verb)}_${object}`,
    ]
    return firstDeclared(type, names, vocabulary)
  }
  const plain = plainOf(verb)
  const names = plain === undefined ? namesFor(verb) : [pastOf(verb), plain, ...namesFor(verb)]
  const declared = names.map((name) => vocabulary.declared(`${type}.${name}`)).find((name) => name !== undefined)
  return declared ?? `${type}.${plain ?? pastOf(verb)}`
}

/** What the method alone says. */
function plainVerb(exchange: Exchange, shape: Shape): string {
  const noun = shape.nouns.at(-1)
  const addressed = noun?.at !== undefined || noun?.me === true
  switch (exchange.method) {
    case 'DELETE':
      return 'deleted'
    case 'PUT':
    case 'PATCH':
      return exchange.status === 201 ? 'created' : 'updated'
    default:
      return addressed && exchange.status !== 201 ? 'updated' : 'created'
  }
}

/** The first of these verbs that the catalog has written down, a synonym of the first among them; else the first. */
function firstDeclared(type: string, verbs: readonly string[], vocabulary: Vocabulary): string {
  const [first = ''] = verbs
  for (const verb of new Set([...verbs, ...namesFor(first)])) {
    const name = vocabulary.declared(`${type}.${verb}`)
    if (name !== undefined) return name
  }
  return `${type}.${first}`
}

function authInference(exchange: Exchange, shape: Shape, vocabulary: Vocabulary, named: string | undefined): Inference {
  const { auth } = shape
  const verbs = auth === undefined ? [] : exchange.failed ? [...auth.failed, ...auth.names] : auth.names
  const categories = [...new Set([...shape.nouns.map((noun) => noun.type), ...AUTH_CATEGORIES])]
  const names = verbs.flatMap((verb) => categories.map((category) => `${category}.${verb}`))
  const declared = names.map(vocabulary.declared).find((name) => name !== undefined)
  const action = named ?? declared ?? auth?.fallback ?? 'auth.logged_in'
  const entity = exchange.failed ? undefined : entityIn(exchange.responseBody, 'user')
  const id = idIn(entity, 'user')
  const name = nameIn(entity)
  return {
    action,
    kind: kindOfAction(action),
    type: 'user',
    id: id ?? null,
    name:
      name ?? loginIn(exchange.requestBody) ?? nameIn(isBag(exchange.requestBody) ? exchange.requestBody : undefined),
    scope: {},
    self: true,
    person: id === undefined ? undefined : { id, name, email: emailIn(entity) },
    sent: undefined,
    metadata: undefined,
  }
}

function scopeOf(shape: Shape, parts: readonly PathPart[], exchange: Exchange): Scope {
  const scope: { [level: string]: { id: string; name?: string } } = {}
  for (const noun of shape.nouns.slice(0, -1)) {
    const id = noun.at === undefined ? undefined : parts[noun.at]?.text
    if (id === undefined) continue
    const answer = exchange.failed || !isBag(exchange.responseBody) ? undefined : exchange.responseBody[noun.type]
    const name = isBag(answer) && idIn(answer, noun.type) === id ? nameIn(answer) : undefined
    scope[noun.type] = { id, ...(name !== undefined && { name }) }
  }
  return scope
}

function identityOf(
  exchange: Exchange,
  shape: Shape,
  type: string,
  parts: readonly PathPart[],
): { readonly id: string | null; readonly name: string | undefined } {
  const noun = shape.nouns.at(-1)
  const part = noun?.at === undefined ? undefined : parts[noun.at]
  // The body of a failure is about the failure.
  const answer = exchange.failed ? undefined : entityIn(exchange.responseBody, type)
  const sent = entityIn(exchange.requestBody, type)
  const answered = idIn(answer, type)
  const id =
    part === undefined
      ? (answered ?? (exchange.failed ? undefined : idInLocation(exchange.location, parts)) ?? idIn(sent, type))
      : isAlias(part.param) && answered !== undefined
        ? answered
        : part.text
  return { id: id ?? null, name: nameIn(answer) ?? nameIn(sent) }
}

/** A parameter that is another name of the resource, where its answer has the id itself. */
const isAlias = (param: string | undefined) => param !== undefined && /(?:slug|name|handle|title)$/i.test(param)

/** The last segment of a Location below the path that was posted to. */
function idInLocation(location: string | undefined, parts: readonly PathPart[]): string | undefined {
  if (location === undefined || !URL.canParse(location, 'http://localhost')) return undefined
  const segments = partsOf(new URL(location, 'http://localhost').pathname, null)
  const collection = parts.at(-1)
  return segments.at(-2)?.text === collection?.text ? segments.at(-1)?.text : undefined
}

function batchOf(
  exchange: Exchange,
  shape: Shape,
  type: string,
  parts: readonly PathPart[],
): readonly string[] | undefined {
  const noun = shape.nouns.at(-1)
  if (noun?.at !== undefined) {
    // `/projects/p1,p2` and the like.
    const text = parts[noun.at]?.text ?? ''
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

function isUpdate(exchange: Exchange, shape: Shape): boolean {
  if (exchange.failed || exchange.status === 201) return false
  if (exchange.method === 'PUT' || exchange.method === 'PATCH')
    return shape.verb === undefined || plainOf(shape.verb) === 'updated'
  return (
    exchange.method === 'POST' &&
    (shape.verb === undefined ? shape.nouns.at(-1)?.at !== undefined : plainOf(shape.verb) === 'updated')
  )
}

/** The fields that an update sent, without the resource's own envelope: `{ article: { title } }`. */
function sentIn(body: unknown, type: string): unknown {
  if (!isBag(body)) return undefined
  const keys = Object.keys(body)
  const [key = ''] = keys
  return keys.length === 1 && isBag(body[key]) && (key === 'data' || splitWords(key).join('_') === type)
    ? body[key]
    : body
}
