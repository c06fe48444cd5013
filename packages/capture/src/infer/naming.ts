import { AUTH_CATEGORIES, toPastTense } from '@whodid/core/language'
import type { AuthAction } from './auth-verbs.ts'
import { isReadMethod } from './path.ts'
import { getActionVerbs, toPlainVerb } from './route-verbs.ts'
import type { Shape } from './shape.ts'
import type { Vocabulary } from './vocabulary.ts'

/** The facts about a response that the name of an action depends on. */
interface ResponseFacts {
  readonly created: boolean
  readonly failed: boolean
}

/** Returns the action of a path's shape: the one that the catalog declares, or else the plain name. */
export function chooseAction(
  method: string,
  shape: Shape,
  type: string,
  response: ResponseFacts,
  vocabulary: Vocabulary,
): string {
  const { verb, object, auth } = shape
  if (isReadMethod(method)) return `${type}.${verb === undefined || shape.isRead ? 'viewed' : toPastTense(verb)}`
  if (auth !== undefined) return chooseAuthAction(auth, shape, response, vocabulary)
  if (verb === undefined)
    return chooseDeclared(type, getActionVerbs(getMethodVerb(method, shape, response)), vocabulary)
  // A verb on its own: POST /sync.
  if (type === verb) return `${type}.run`
  if (object !== undefined) {
    const names = [toPastTense(verb), verb, ...getActionVerbs(verb)].map((name) => `${object}_${name}`)
    return chooseDeclared(type, [...names, `${toPastTense(verb)}_${object}`], vocabulary)
  }
  const plain = toPlainVerb(verb)
  if (plain === undefined) return chooseDeclared(type, getActionVerbs(verb), vocabulary)
  return (
    findDeclared(type, [toPastTense(verb), ...getActionVerbs(verb), ...getActionVerbs(plain)], vocabulary) ??
    `${type}.${plain}`
  )
}

/** Returns the type of a verb without a noun: the only category with such an action, or else the verb. */
export function findTypeOfVerb(verb: string, vocabulary: Vocabulary): string {
  const [category, ...others] = new Set(getActionVerbs(verb).flatMap((name) => vocabulary.findCategories(name)))
  return category !== undefined && others.length === 0 ? category : verb
}

/** Returns the verb of a method. */
function getMethodVerb(method: string, shape: Shape, { created }: ResponseFacts): string {
  if (method === 'DELETE') return 'deleted'
  const noun = shape.nouns.at(-1)
  const hasId = noun?.index !== undefined || noun?.isSelf === true
  return created || (method === 'POST' && !hasId) ? 'created' : 'updated'
}

function chooseAuthAction(auth: AuthAction, shape: Shape, { failed }: ResponseFacts, vocabulary: Vocabulary): string {
  const categories = new Set([...shape.nouns.map((noun) => noun.type), ...AUTH_CATEGORIES])
  for (const verb of failed ? [...auth.failed, ...auth.names] : auth.names) {
    for (const category of categories) {
      const name = vocabulary.findAction(`${category}.${verb}`)
      if (name !== undefined) return name
    }
  }
  return auth.fallback
}

function chooseDeclared(type: string, verbs: readonly string[], vocabulary: Vocabulary): string {
  return findDeclared(type, verbs, vocabulary) ?? `${type}.${verbs[0] ?? ''}`
}

function findDeclared(type: string, verbs: readonly string[], vocabulary: Vocabulary): string | undefined {
  for (const verb of verbs) {
    const name = vocabulary.findAction(`${type}.${verb}`)
    if (name !== undefined) return name
  }
  return undefined
}
