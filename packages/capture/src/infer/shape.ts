import { splitWords, toPastTense } from '@whodid/core/language'
import { type AuthAction, findAuthAction } from './auth-verbs.ts'
import type { PathPart } from './path.ts'
import {
  getImpliedType,
  getOppositeVerb,
  isBatchWord,
  isReadSegment,
  parseCompoundVerb,
  parseVerb,
  toPlainVerb,
} from './route-verbs.ts'
import { toIdentifier, toSingular, type Vocabulary } from './vocabulary.ts'

/** A resource in a path, with the index of the part that is its id. */
interface Noun {
  readonly type: string
  index: number | undefined
  isSelf: boolean
}

/** The nouns and the verb of a path, independent of the request's bodies. */
export interface Shape {
  readonly nouns: readonly Noun[]
  /** The base form of the verb, if the path has one. */
  readonly verb: string | undefined
  /** The part of the resource that the verb applies to: `role` in `/members/:id/change-role`. */
  readonly object: string | undefined
  readonly auth: AuthAction | undefined
  readonly isBatch: boolean
  readonly isRead: boolean
}

const PREFIX = /^(?:apis?|rest|v\d+|public|private|internal|rpc|trpc|app|backend|wp)$/
const SELF_WORDS = new Set(['me', 'self', 'myself', 'current', 'current_user', 'whoami'])
const IGNORED_SEGMENTS = new Set(['actions', 'action', 'operations', 'commands', 'do', 'op'])

/** Parses a path from left to right into nouns with their ids and a verb. */
export function parseShape(method: string, parts: readonly PathPart[], vocabulary: Vocabulary): Shape {
  const nouns: Noun[] = []
  let verb: string | undefined
  let object: string | undefined
  let auth: AuthAction | undefined
  let isBatch = false
  let isRead = false
  let isVerbInFront = true

  const last = () => nouns.at(-1)
  const push = (type: string, index?: number) => {
    nouns.push({ type, index, isSelf: false })
  }

  /** Adds a noun. A verb before it applies to it in `/delete/user`, but not in `/ban/:id/notes` or `/archived/projects`. */
  function pushNoun(type: string): void {
    if (!isVerbInFront) {
      verb = undefined
      object = undefined
    }
    push(type)
  }

  function setVerb(base: string, word: string): void {
    verb = base
    isVerbInFront = nouns.length === 0 && word === base
  }

  function parsePart(part: PathPart, index: number): void {
    if (part.isValue) {
      parseValue(part, index)
      return
    }
    let words = splitWords(part.text)
    if (words.some(isBatchWord)) {
      isBatch = true
      words = words.filter((word) => !isBatchWord(word))
    }
    const name = words.join('_')
    const isLast = index === parts.length - 1
    if (name === '' || IGNORED_SEGMENTS.has(name)) return
    if (nouns.length === 0 && verb === undefined && isPrefix(name, isLast)) return
    if (SELF_WORDS.has(name)) parseSelf()
    else parseWords(words, name, isLast, part.isVerb === true)
  }

  function isPrefix(name: string, isLast: boolean): boolean {
    return PREFIX.test(name) || (name === 'admin' && !isLast && vocabulary.findType(['admin']) === undefined)
  }

  function parseSelf(): void {
    if (nouns.length === 0) push('user')
    const noun = last()
    if (noun !== undefined) noun.isSelf = true
  }

  function parseWords(words: readonly string[], name: string, isLast: boolean, isVerb: boolean): void {
    const before = last()
    const afterId = before?.index !== undefined || before?.isSelf === true
    const isVerbExpected = isVerb || (afterId && (method === 'POST' || method === 'DELETE'))
    const declared =
      before === undefined
        ? undefined
        : (vocabulary.findAction(`${before.type}.${toPastTense(name)}`) ??
          vocabulary.findAction(`${before.type}.${name}`))
    if (declared !== undefined) {
      setVerb(parseVerb(name, true) ?? name, '')
      return
    }
    const type = vocabulary.findType(words)
    if (type !== undefined && !isVerb) {
      pushNoun(type)
      return
    }
    const account = findAuthAction(
      name,
      nouns.map((noun) => noun.type),
    )
    if (account !== undefined) {
      auth = account
      return
    }
    if (isLast && isReadSegment(words) && !(isVerbExpected && parseVerb(name, true) !== undefined)) {
      isRead = true
      if (isVerb) setVerb(name, name)
      return
    }
    const simple = parseVerb(name, isVerbExpected)
    if (simple !== undefined) {
      setVerb(simple, name)
      return
    }
    const compound = parseCompoundVerb(words)
    if (compound !== undefined) {
      setVerb(compound.verb, compound.verb)
      parseObject(compound.object, afterId)
      return
    }
    const tail = words.length > 1 ? parseVerb(words.at(-1) ?? '', false) : undefined
    if (tail !== undefined && toSingular(words) === name) {
      setVerb(tail, tail)
      parseObject(words.slice(0, -1), afterId)
      return
    }
    if (isVerb && before !== undefined) setVerb(name, name)
    else pushNoun(qualifyType(toIdentifier(toSingular(words)), before))
  }

  function parseObject(words: readonly string[], afterId: boolean): void {
    if (words.length === 0) return
    const type = vocabulary.findType(words) ?? toIdentifier(toSingular(words))
    // "Add a member" is about the member; "change the role" is about the resource that has the role.
    if (last() === undefined || (toPlainVerb(verb ?? '') !== undefined && verb !== 'change' && verb !== 'set')) {
      if (last()?.type !== type) push(type)
    } else if (last()?.type !== type)
      object = afterId || last() !== undefined ? toIdentifier(words.join('_')) : undefined
  }

  function qualifyType(type: string, before: Noun | undefined): string {
    const longer = before === undefined ? undefined : vocabulary.findType([before.type, type].flatMap(splitWords))
    return longer ?? type
  }

  function parseValue(part: PathPart, index: number): void {
    isVerbInFront = isVerbInFront && verb === undefined
    const named = parseParamType(part.param, vocabulary)
    const noun = last()
    const needsId = noun !== undefined && noun.index === undefined && !noun.isSelf
    if (needsId && (verb === undefined || named === undefined || named === noun.type)) {
      noun.index = index
      return
    }
    const type = named ?? (verb === undefined || noun !== undefined ? undefined : (getImpliedType(verb) ?? verb))
    if (type !== undefined) push(type, index)
    else if (needsId) noun.index = index
  }

  parts.forEach(parsePart)
  if (nouns.length === 0 && verb !== undefined) {
    const type = getImpliedType(verb)
    if (type !== undefined) push(type)
  }
  if (method === 'DELETE' && verb !== undefined) verb = getOppositeVerb(verb) ?? verb
  return { nouns, verb, object, auth, isBatch, isRead }
}

/** Returns the type in a parameter's name: `user` for `userId` and `user_slug`, undefined for `id`. */
function parseParamType(param: string | undefined, vocabulary: Vocabulary): string | undefined {
  if (param === undefined) return undefined
  const words = splitWords(param)
  const last = words.at(-1) ?? ''
  const isIdWord = /^(?:ids?|uuid|guid|slug|name|key|no|number|pk|handle|identifier)$/.test(last)
  if (isIdWord)
    return words.length > 1
      ? (vocabulary.findType(words.slice(0, -1)) ?? toIdentifier(toSingular(words.slice(0, -1))))
      : undefined
  const run = /^(.{2,})id$/.exec(last)?.[1]
  if (words.length === 1 && run !== undefined && vocabulary.findType([run]) !== undefined)
    return vocabulary.findType([run])
  return vocabulary.findType(words)
}
