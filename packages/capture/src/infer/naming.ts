import { AUTH_CATEGORIES, pastOf } from '@whodid/core'
import type { AuthAction } from './auth-verbs.ts'
import { isReading } from './exchange.ts'
import { namesFor, plainOf } from './route-verbs.ts'
import type { Shape } from './shape.ts'
import type { Vocabulary } from './vocabulary.ts'

/** What of an answer decides how the action is called. */
export interface Answered {
  readonly created: boolean
  readonly failed: boolean
}

/** The action that a path's shape means: what the catalog has written down, else the plain name. */
export function actionOf(
  method: string,
  shape: Shape,
  type: string,
  answered: Answered,
  vocabulary: Vocabulary,
): string {
  const { verb, object, auth } = shape
  if (isReading(method)) return `${type}.${verb === undefined || shape.read ? 'viewed' : pastOf(verb)}`
  if (auth !== undefined) return authActionOf(auth, shape, answered, vocabulary)
  if (verb === undefined) return firstDeclared(type, namesFor(plainVerb(method, shape, answered)), vocabulary)
  // A verb that stands alone, as in POST /sync.
  if (type === verb) return `${type}.run`
  if (object !== undefined) {
    const names = [pastOf(verb), verb, ...namesFor(verb)].map((name) => `${object}_${name}`)
    return firstDeclared(type, [...names, `${pastOf(verb)}_${object}`], vocabulary)
  }
  const plain = plainOf(verb)
  if (plain === undefined) return firstDeclared(type, namesFor(verb), vocabulary)
  return declaredOf(type, [pastOf(verb), ...namesFor(verb), ...namesFor(plain)], vocabulary) ?? `${type}.${plain}`
}

/** The type that a verb without any noun is about: of the one category that has such an action, else the verb’s own word. */
export function typeOfVerb(verb: string, vocabulary: Vocabulary): string {
  const [category, ...others] = new Set(namesFor(verb).flatMap((name) => vocabulary.categoriesOf(name)))
  return category !== undefined && others.length === 0 ? category : verb
}

/** What the method alone says. */
function plainVerb(method: string, shape: Shape, { created }: Answered): string {
  if (method === 'DELETE') return 'deleted'
  const noun = shape.nouns.at(-1)
  const isAddressed = noun?.at !== undefined || noun?.me === true
  return created || (method === 'POST' && !isAddressed) ? 'created' : 'updated'
}

function authActionOf(auth: AuthAction, shape: Shape, { failed }: Answered, vocabulary: Vocabulary): string {
  const categories = new Set([...shape.nouns.map((noun) => noun.type), ...AUTH_CATEGORIES])
  for (const verb of failed ? [...auth.failed, ...auth.names] : auth.names) {
    for (const category of categories) {
      const name = vocabulary.declared(`${category}.${verb}`)
      if (name !== undefined) return name
    }
  }
  return auth.fallback
}

function firstDeclared(type: string, verbs: readonly string[], vocabulary: Vocabulary): string {
  return declaredOf(type, verbs, vocabulary) ?? `${type}.${verbs[0] ?? ''}`
}

function declaredOf(type: string, verbs: readonly string[], vocabulary: Vocabulary): string | undefined {
  for (const verb of verbs) {
    const name = vocabulary.declared(`${type}.${verb}`)
    if (name !== undefined) return name
  }
  return undefined
}
