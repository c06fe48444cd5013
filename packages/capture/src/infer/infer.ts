import { type JsonObject, type Kind, kindOfVerb, type Scope } from '@whodid/core'
import { emailIn, entityIn, idIn, isBag, loginIn, nameIn, namesById } from './bodies.ts'
import { callsOf } from './calls.ts'
import { type Exchange, isReading } from './exchange.ts'
import { batchOf, identityOf, scopeOf, sentOf } from './identity.ts'
import { actionOf, typeOfVerb } from './naming.ts'
import { type PathPart, partsOf, valuesOf } from './path-parts.ts'
import { type Shape, shapeOf } from './shape.ts'
import type { Vocabulary } from './vocabulary.ts'

/** An action read from a request. */
export interface Inference {
  readonly action: string
  readonly kind: Kind
  readonly type: string
  readonly id: string | null
  readonly name: string | undefined
  readonly scope: Scope | undefined
  /** Whether `type` and `id` are the actor's own: `/me`. */
  readonly self: boolean
  /** Who has signed in or up, when the answer says. */
  readonly person: Person | undefined
  /** What the body sent, for an update that nobody reported before and after. */
  readonly sent: unknown
  readonly metadata: JsonObject | undefined
}

interface Person {
  readonly id: string
  readonly name: string | undefined
  readonly email: string | undefined
}

/** What can be inferred, or why nothing can. */
export type Inferred = { readonly found: readonly Inference[] } | { readonly none: string }

/** Reads what a request did from its method, its path and its bodies; `named` is an action that the host gave the route. */
export type Infer = (exchange: Exchange, named?: string) => Inferred

/** What a route says by itself, whatever is asked of it. */
interface Reading {
  readonly parts: readonly PathPart[]
  readonly shape: Shape
  readonly type: string | undefined
  /** By whether it was created and whether it failed; filled as they come. */
  readonly actions: (Action | undefined)[]
}

interface Action {
  readonly name: string
  readonly kind: Kind
}

const READINGS_AT_MOST = 2_000
const BATCH_AT_MOST = 100

export function createInfer(vocabulary: Vocabulary): Infer {
  const readings = new Map<string, Reading>()

  /** The reading of a route, made once; undefined for routes whose paths have parts of their own. */
  function readingOf(method: string, route: string | null): Reading | undefined {
    if (route === null) return undefined
    const key = `${method} ${route}`
    const known = readings.get(key)
    if (known !== undefined) return known
    if (!/^[\w\-/:~]+$/.test(route) || /graphql\/?$/i.test(route)) return undefined
    const reading = read(method, partsOf(route, route))
    if (readings.size >= READINGS_AT_MOST) readings.clear()
    readings.set(key, reading)
    return reading
  }

  function read(method: string, parts: readonly PathPart[]): Reading {
    const shape = shapeOf(method, parts, vocabulary)
    const type = shape.nouns.at(-1)?.type ?? (shape.verb === undefined ? undefined : typeOfVerb(shape.verb, vocabulary))
    return { parts, shape, type, actions: [] }
  }

  function actionIn({ shape, actions }: Reading, type: string, { method, status, failed }: Exchange): Action {
    const created = status === 201
    const slot = (created ? 1 : 0) + (failed ? 2 : 0)
    const known = actions[slot]
    if (known !== undefined) return known
    const name = actionOf(method, shape, type, { created, failed }, vocabulary)
    const action = { name, kind: isReading(method) ? ('other' as const) : kindOfAction(name) }
    actions[slot] = action
    return action
  }

  function one(exchange: Exchange, reading: Reading, values: readonly string[], named: string | undefined): Inferred {
    const { shape } = reading
    const isRead = isReading(exchange.method)
    const given = named === undefined ? undefined : { name: named, kind: kindOfAction(named) }
    if (shape.auth !== undefined && !isRead) {
      return { found: [authInference(exchange, given ?? actionIn(reading, 'auth', exchange))] }
    }
    if (shape.read && named === undefined && !isRead) return { none: 'a search over POST' }
    const type = named === undefined ? reading.type : named.slice(0, named.indexOf('.'))
    if (type === undefined) return { none: 'the path names no resource: name its action with `routes`' }
    const action = given ?? actionIn(reading, type, exchange)
    const several = named === undefined && !isRead ? batchOf(exchange, shape, type, values) : undefined
    const inference = {
      action: action.name,
      kind: action.kind,
      type,
      scope: scopeOf(exchange, shape, values),
      self: shape.nouns.at(-1)?.me === true,
      person: undefined,
      sent: several === undefined ? sentOf(exchange, shape, type) : undefined,
      metadata: undefined,
    }
    if (several === undefined) {
      return { found: [{ ...inference, ...identityOf(exchange, shape, type, reading.parts, values) }] }
    }
    if (exchange.failed || several.length > BATCH_AT_MOST) {
      return { found: [{ ...inference, id: null, name: undefined, metadata: { count: several.length } }] }
    }
    const names = namesById(exchange.responseBody, type)
    return { found: several.map((id) => ({ ...inference, id, name: names.get(id) })) }
  }

  return (exchange, named) => {
    const { method, path, route } = exchange
    const known = readingOf(method, route)
    const values = known === undefined ? undefined : valuesOf(path, known.parts.length)
    if (known !== undefined && values !== undefined) return one(exchange, known, values, named)
    const parts = partsOf(path, route)
    const calls = named === undefined ? callsOf(parts, exchange.requestBody) : undefined
    if (calls === 'read') return { none: 'a query over POST' }
    const results = (calls ?? [parts]).map((call) =>
      one(
        exchange,
        read(method, call),
        call.map((part) => part.text),
        named,
      ),
    )
    const refused = results.find((result) => 'none' in result)
    return refused ?? { found: results.flatMap((result) => ('found' in result ? result.found : [])) }
  }
}

function kindOfAction(action: string): Kind {
  return kindOfVerb(action.slice(action.indexOf('.') + 1))
}

function authInference(exchange: Exchange, action: Action): Inference {
  const { failed, requestBody, responseBody } = exchange
  const entity = failed ? undefined : entityIn(responseBody, 'user')
  const id = idIn(entity, 'user')
  const name = nameIn(entity)
  return {
    action: action.name,
    kind: action.kind,
    type: 'user',
    id: id ?? null,
    name: name ?? loginIn(requestBody) ?? nameIn(isBag(requestBody) ? requestBody : undefined),
    scope: undefined,
    self: true,
    person: id === undefined ? undefined : { id, name, email: emailIn(entity) },
    sent: undefined,
    metadata: undefined,
  }
}
