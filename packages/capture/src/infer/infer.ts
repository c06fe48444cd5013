import type { JsonObject, Kind, Scope } from '@whodid/core'
import { getVerbKind } from '@whodid/core/language'
import { parseCall, parseCalls } from './calls.ts'
import {
  findEmail,
  findEntity,
  findId,
  findLogin,
  findName,
  findNamesById,
  inferBatch,
  inferIdentity,
  inferScope,
  inferSentFields,
  isObject,
} from './identity.ts'
import { chooseAction, findTypeOfVerb } from './naming.ts'
import {
  applyParams,
  type Exchange,
  getParamValues,
  isReadMethod,
  type PathPart,
  parsePath,
  parsePathValues,
} from './path.ts'
import { parseShape, type Shape } from './shape.ts'
import type { Vocabulary } from './vocabulary.ts'

/** An action read from a request. */
export interface Inference {
  readonly action: string
  readonly kind: Kind
  readonly type: string
  readonly id: string | null
  readonly name: string | undefined
  readonly scope: Scope | undefined
  /** True when `type` and `id` are the actor's own: `/me`. */
  readonly isSelf: boolean
  /** The person who signed in or up, when the response names them. */
  readonly person: Person | undefined
  /** The fields that an update sent, for an update without `before` and `after`. */
  readonly sentFields: unknown
  readonly metadata: JsonObject | undefined
}

interface Person {
  readonly id: string
  readonly name: string | undefined
  readonly email: string | undefined
}

/** The inferred actions, or the reason why there are none. */
export type InferResult = { readonly inferences: readonly Inference[] } | { readonly reason: string }

/** Reads actions from requests. `action` is the one that the host gave the route. */
export interface Inferrer {
  /** Infers actions with their resources from the method, the path, and the bodies. */
  infer(exchange: Exchange, action?: string): InferResult
  /** Infers only the actions and the types: cheap, and independent of the response body. */
  inferActions(exchange: Exchange, action?: string): readonly Pick<Inference, 'action' | 'type'>[]
}

/** The facts about a route that hold for each of its requests. */
interface Route {
  readonly parts: readonly PathPart[]
  readonly shape: Shape
  readonly type: string | undefined
  /** Actions by `(status === 201 ? 1 : 0) + (failed ? 2 : 0)`, filled on demand. */
  readonly actions: (Action | undefined)[]
}

interface Action {
  readonly name: string
  readonly kind: Kind
}

/** A route together with the values of its path in one request. */
interface Call {
  readonly route: Route
  readonly values: readonly string[]
}

const MAX_CACHED_ROUTES = 2_000
const MAX_BATCH = 100

const NO_ACTIONS: readonly never[] = []

/** Creates an inferrer for the words of a catalog. */
export function createInferrer(vocabulary: Vocabulary): Inferrer {
  const routes = new Map<string, Route>()

  /** Returns a parsed route from the cache; undefined for routes whose paths vary in their parts. */
  function getRoute(method: string, pattern: string | null): Route | undefined {
    if (pattern === null) return undefined
    const key = `${method} ${pattern}`
    const cached = routes.get(key)
    if (cached !== undefined) return cached
    if (!/^[\w\-/:~]+$/.test(pattern) || /graphql\/?$/i.test(pattern)) return undefined
    const route = parseRoute(method, parsePath(pattern, pattern))
    if (routes.size >= MAX_CACHED_ROUTES) routes.clear()
    routes.set(key, route)
    return route
  }

  function parseRoute(method: string, parts: readonly PathPart[]): Route {
    const shape = parseShape(method, parts, vocabulary)
    const type =
      shape.nouns.at(-1)?.type ?? (shape.verb === undefined ? undefined : findTypeOfVerb(shape.verb, vocabulary))
    return { parts, shape, type, actions: [] }
  }

  /** Returns the calls of a request: one, or several for a batch of procedures in one path. */
  function getCalls(
    { method, path, route: pattern, params, call: procedure, requestBody }: Exchange,
    action?: string,
  ): readonly Call[] | 'read' {
    if (procedure !== undefined) return [toCall(method, parseCall(procedure))]
    const route = getRoute(method, pattern)
    if (route !== undefined) {
      const values = parsePathValues(path, route.parts.length)
      if (values !== undefined) return [{ route, values: applyParams(route.parts, values, params) }]
      const paramValues = getParamValues(route.parts, params)
      if (paramValues !== undefined) return [{ route, values: paramValues }]
    }
    const parts = parsePath(path, pattern)
    const calls = action === undefined ? parseCalls(parts, requestBody) : undefined
    if (calls === 'read') return 'read'
    return (calls ?? [parts]).map((call) => toCall(method, call, params))
  }

  function toCall(method: string, parts: readonly PathPart[], params?: Exchange['params']): Call {
    const texts = parts.map((part) => part.text)
    return { route: parseRoute(method, parts), values: applyParams(parts, texts, params) }
  }

  /** Returns the action of a call and its resource type, or the reason why there is none. */
  function getAction(
    { shape, type, actions }: Route,
    { method, call, status, failed }: Exchange,
    given: string | undefined,
  ): { readonly action: Action; readonly type: string; readonly isAuth: boolean } | { readonly reason: string } {
    const isRead = isReadMethod(method)
    const isAuth = shape.auth !== undefined && !isRead
    if (given !== undefined) {
      const category = isAuth ? 'auth' : given.slice(0, given.indexOf('.'))
      return { action: toAction(given), type: category, isAuth }
    }
    if (shape.isRead && !isRead && !isAuth && call === undefined) return { reason: 'a search over POST' }
    const category = isAuth ? 'auth' : type
    if (category === undefined) return { reason: 'the path names no resource: name its action with `routes`' }
    const created = status === 201
    const slot = (created ? 1 : 0) + (failed ? 2 : 0)
    let action = actions[slot]
    if (action === undefined) {
      const name = chooseAction(method, shape, category, { created, failed }, vocabulary)
      action = isRead ? { name, kind: 'other' } : toAction(name)
      actions[slot] = action
    }
    return { action, type: category, isAuth }
  }

  function inferCall(exchange: Exchange, { route, values }: Call, given: string | undefined): InferResult {
    const { shape, parts } = route
    const found = getAction(route, exchange, given)
    if ('reason' in found) return found
    const { action, type } = found
    if (found.isAuth) return { inferences: [inferAuth(exchange, action)] }
    const isBatchable = given === undefined && !isReadMethod(exchange.method)
    const ids = isBatchable ? inferBatch(exchange, shape, type, values) : undefined
    const inference = {
      action: action.name,
      kind: action.kind,
      type,
      scope: inferScope(exchange, shape, values),
      isSelf: shape.nouns.at(-1)?.isSelf === true,
      person: undefined,
      sentFields: ids === undefined ? inferSentFields(exchange, shape, type) : undefined,
      metadata: undefined,
    }
    if (ids === undefined) {
      return { inferences: [{ ...inference, ...inferIdentity(exchange, shape, type, parts, values) }] }
    }
    if (exchange.failed || ids.length > MAX_BATCH) {
      return { inferences: [{ ...inference, id: null, name: undefined, metadata: { count: ids.length } }] }
    }
    const names = findNamesById(exchange.responseBody, type)
    return { inferences: ids.map((id) => ({ ...inference, id, name: names.get(id) })) }
  }

  return {
    infer(exchange, action) {
      const calls = getCalls(exchange, action)
      if (calls === 'read') return { reason: 'a query over POST' }
      const results = calls.map((call) => inferCall(exchange, call, action))
      const refused = results.find((result) => 'reason' in result)
      return refused ?? { inferences: results.flatMap((result) => ('inferences' in result ? result.inferences : [])) }
    },
    inferActions(exchange, action) {
      const calls = getCalls(exchange, action)
      if (calls === 'read') return NO_ACTIONS
      return calls.flatMap(({ route }) => {
        const found = getAction(route, exchange, action)
        return 'action' in found ? [{ action: found.action.name, type: found.isAuth ? 'user' : found.type }] : []
      })
    },
  }
}

function toAction(name: string): Action {
  return { name, kind: getVerbKind(name.slice(name.indexOf('.') + 1)) }
}

function inferAuth(exchange: Exchange, action: Action): Inference {
  const { failed, requestBody, responseBody } = exchange
  const entity = failed ? undefined : findEntity(responseBody, 'user')
  const id = findId(entity, 'user')
  const name = findName(entity)
  return {
    action: action.name,
    kind: action.kind,
    type: 'user',
    id: id ?? null,
    name: name ?? findLogin(requestBody) ?? findName(isObject(requestBody) ? requestBody : undefined),
    scope: undefined,
    isSelf: true,
    person: id === undefined ? undefined : { id, name, email: findEmail(entity) },
    sentFields: undefined,
    metadata: undefined,
  }
}
