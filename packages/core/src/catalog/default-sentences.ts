import { baseOf, INTRANSITIVE, pastOf, STATES } from '../language/verbs.ts'
import { capitalized, withArticle, withinSentence, words } from '../language/words.ts'

/** The sentences of an action that has none of its own. */
export interface Sentences {
  readonly say: string
  readonly sayFailed: string
}

// Of these the actor is the subject.
const OF_THE_ACTOR: { readonly [past: string]: Sentences } = {
  signed_in: { say: '{actor} signed in', sayFailed: '{actor} could not sign in{reason}' },
  logged_in: { say: '{actor} signed in', sayFailed: '{actor} could not sign in{reason}' },
  signed_out: { say: '{actor} signed out', sayFailed: '{actor} could not sign out{reason}' },
  logged_out: { say: '{actor} signed out', sayFailed: '{actor} could not sign out{reason}' },
  signed_up: { say: '{actor} signed up', sayFailed: '{actor} could not sign up{reason}' },
  login_failed: { say: '{actor} could not sign in{reason}', sayFailed: '{actor} could not sign in{reason}' },
  password_reset: {
    say: 'The password of {actor} was reset',
    sayFailed: 'Could not reset the password of {actor}{reason}',
  },
}

function text(identifier: string) {
  return withinSentence(words(identifier))
}

function isPlural(noun: string) {
  return /[^su]s$/.test(noun)
}

/**
 * Default sentences for `category.verb`. They use three names beside paths: `{resource}` is its label and name,
 * `{actor}` the actor's name, and `{reason}` the error's status in parentheses, or nothing.
 */
export function defaultSentences(category: string, verb: string): Sentences {
  const past = pastOf(verb)
  const ofTheActor = OF_THE_ACTOR[past]
  if (ofTheActor !== undefined) return ofTheActor
  if (STATES.has(verb)) {
    return { say: `{resource} is ${text(verb)}`, sayFailed: `{resource} could not become ${text(verb)}{reason}` }
  }
  const split = /^(?:logged|signed|backed|shut)_/.test(past) ? -1 : past.lastIndexOf('_')
  const last = past.slice(split + 1)
  const noun = past.slice(0, Math.max(split, 0))
  const base = baseOf(last)
  if (base === undefined) {
    return { say: `{resource}: ${text(verb)}`, sayFailed: `{resource}: ${text(verb)} failed{reason}` }
  }
  return noun === '' || noun === category ? ofTheResource(last, base) : ofAPart(text(noun), last, base)
}

function ofTheResource(past: string, base: string): Sentences {
  const sayFailed = `Could not ${text(base)} {resource}{reason}`
  if (INTRANSITIVE.has(past)) {
    return { say: `{resource} ${text(past)}`, sayFailed: past === 'failed' ? '{resource} failed{reason}' : sayFailed }
  }
  return { say: `{resource} was ${text(past)}`, sayFailed }
}

function ofAPart(noun: string, past: string, base: string): Sentences {
  const be = isPlural(noun) ? 'were' : 'was'
  if (past === 'added' || past === 'removed') {
    const preposition = past === 'added' ? 'to' : 'from'
    const some = isPlural(noun) ? noun : withArticle(noun)
    return {
      say: `${capitalized(some)} ${be} ${past} ${preposition} {resource}`,
      sayFailed: `Could not ${base} ${some} ${preposition} {resource}{reason}`,
    }
  }
  if (past === 'failed')
    return { say: `The ${noun} of {resource} failed`, sayFailed: `The ${noun} of {resource} failed{reason}` }
  const did = INTRANSITIVE.has(past) ? past : `${be} ${text(past)}`
  return { say: `The ${noun} of {resource} ${did}`, sayFailed: `Could not ${base} the ${noun} of {resource}{reason}` }
}
