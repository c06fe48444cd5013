import { pastOf, splitWords } from '@whodid/core'
import { type AuthAction, authOf } from './auth-verbs.ts'
import type { PathPart } from './path-parts.ts'
import { compoundOf, impliedType, isBatchWord, isRead, oppositeOf, plainOf, verbOf } from './route-verbs.ts'
import { identifierOf, singularOf, type Vocabulary } from './vocabulary.ts'

/** A resource that a path names, and which part of the path is its id. */
interface Noun {
  readonly type: string
  at: number | undefined
  me: boolean
}

/** What a path says, before anything is known of the request's bodies. */
export interface Shape {
  readonly nouns: readonly Noun[]
  /** The verb's base form, when the path has one. */
  readonly verb: string | undefined
  /** What of the resource the verb is about: `role` in `/members/:id/change-role`. */
  readonly object: string | undefined
  readonly auth: AuthAction | undefined
  readonly batch: boolean
  readonly read: boolean
}

const LEADING = /^(?:apis?|rest|v\d+|public|private|internal|rpc|trpc|app|backend|wp)$/
const SELF = new Set(['me', 'self', 'myself', 'current', 'current_user', 'whoami'])
const FILLER = new Set(['actions', 'action', 'operations', 'commands', 'do', 'op'])

/** Reads the parts of a path from left to right: nouns with their ids, and the verb, if there is one. */
export function shapeOf(method: string, parts: readonly PathPart[], vocabulary: Vocabulary): Shape {
  const nouns: Noun[] = []
  let verb: string | undefined
  let object: string | undefined
  let auth: AuthAction | undefined
  let batch = false
  let read = false
  let isVerbInFront = true

  const last = () => nouns.at(-1)
  const push = (type: string, at?: number) => {
    nouns.push({ type, at, me: false })
  }

  /** A noun of the path itself. The verb before it is about it only in `/delete/user`, not in `/ban/:id/notes` or `/archived/projects`. */
  function pushWord(type: string): void {
    if (!isVerbInFront) {
      verb = undefined
      object = undefined
    }
    push(type)
  }

  function takeVerb(base: string, word: string): void {
    verb = base
    isVerbInFront = nouns.length === 0 && word === base
  }

  function take(part: PathPart, index: number): void {
    if (part.value) {
      takeValue(part, index)
      return
    }
    let words = splitWords(part.text)
    if (words.some(isBatchWord)) {
      batch = true
      words = words.filter((word) => !isBatchWord(word))
    }
    const name = words.join('_')
    const isLast = index === parts.length - 1
    if (name === '' || FILLER.has(name)) return
    if (nouns.length === 0 && verb === undefined && isLeading(name, isLast)) return
    if (SELF.has(name)) takeSelf()
    else takeWords(words, name, isLast)
  }

  function isLeading(name: string, isLast: boolean): boolean {
    return LEADING.test(name) || (name === 'admin' && !isLast && vocabulary.typeOf(['admin']) === undefined)
  }

  function takeSelf(): void {
    if (nouns.length === 0) push('user')
    const noun = last()
    if (noun !== undefined) noun.me = true
  }

  function takeWords(words: readonly string[], name: string, isLast: boolean): void {
    const before = last()
    const afterId = before?.at !== undefined || before?.me === true
    const isVerbExpected = afterId && (method === 'POST' || method === 'DELETE')
    const own =
      before === undefined
        ? undefined
        : (vocabulary.declared(`${before.type}.${pastOf(name)}`) ?? vocabulary.declared(`${before.type}.${name}`))
    if (own !== undefined) {
      takeVerb(verbOf(name, true) ?? name, '')
      return
    }
    const known = vocabulary.typeOf(words)
    if (known !== undefined) {
      pushWord(known)
      return
    }
    const account = authOf(
      name,
      nouns.map((noun) => noun.type),
    )
    if (account !== undefined) {
      auth = account
      return
    }
    if (isLast && isRead(words) && !(isVerbExpected && verbOf(name, true) !== undefined)) {
      read = true
      return
    }
    const simple = verbOf(name, isVerbExpected)
    if (simple !== undefined) {
      takeVerb(simple, name)
      return
    }
    const compound = compoundOf(words)
    if (compound !== undefined) {
      takeVerb(compound.verb, compound.verb)
      takeObject(compound.object, afterId)
      return
    }
    const tail = words.length > 1 ? verbOf(words.at(-1) ?? '', false) : undefined
    if (tail !== undefined && singularOf(words) === name) {
      takeVerb(tail, tail)
      takeObject(words.slice(0, -1), afterId)
      return
    }
    pushWord(qualified(identifierOf(singularOf(words)), before))
  }

  function takeObject(words: readonly string[], afterId: boolean): void {
    if (words.length === 0) return
    const type = vocabulary.typeOf(words) ?? identifierOf(singularOf(words))
    // "Add a member" is about the member; "change the role" is about whoever has it.
    if (last() === undefined || (plainOf(verb ?? '') !== undefined && verb !== 'change' && verb !== 'set')) {
      if (last()?.type !== type) push(type)
    } else if (last()?.type !== type)
      object = afterId || last() !== undefined ? identifierOf(words.join('_')) : undefined
  }

  function qualified(type: string, before: Noun | undefined): string {
    const longer = before === undefined ? undefined : vocabulary.typeOf([before.type, type].flatMap(splitWords))
    return longer ?? type
  }

  function takeValue(part: PathPart, index: number): void {
    isVerbInFront = isVerbInFront && verb === undefined
    const named = typeOfParam(part.param, vocabulary)
    const noun = last()
    const vacant = noun !== undefined && noun.at === undefined && !noun.me
    if (vacant && (verb === undefined || named === undefined || named === noun.type)) {
      noun.at = index
      return
    }
    const type = named ?? (verb === undefined || noun !== undefined ? undefined : (impliedType(verb) ?? verb))
    if (type !== undefined) push(type, index)
    else if (vacant) noun.at = index
  }

  parts.forEach(take)
  if (nouns.length === 0 && verb !== undefined) {
    const type = impliedType(verb)
    if (type !== undefined) push(type)
  }
  if (method === 'DELETE' && verb !== undefined) verb = oppositeOf(verb) ?? verb
  return { nouns, verb, object, auth, batch, read }
}

/** `userId`, `user_uuid` and `userSlug` are of a user; `id` and `slug` of nothing in particular. */
function typeOfParam(param: string | undefined, vocabulary: Vocabulary): string | undefined {
  if (param === undefined) return undefined
  const words = splitWords(param)
  const last = words.at(-1) ?? ''
  const isIdWord = /^(?:ids?|uuid|guid|slug|name|key|no|number|pk|handle|identifier)$/.test(last)
  if (isIdWord)
    return words.length > 1
      ? (vocabulary.typeOf(words.slice(0, -1)) ?? identifierOf(singularOf(words.slice(0, -1))))
      : undefined
  const run = /^(.{2,})id$/.exec(last)?.[1]
  if (words.length === 1 && run !== undefined && vocabulary.typeOf([run]) !== undefined) return vocabulary.typeOf([run])
  return vocabulary.typeOf(words)
}
