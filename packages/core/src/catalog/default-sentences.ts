import { toBaseForm, toPastTense } from '../language/verbs.ts'
import { INTRANSITIVE_VERBS, STATE_WORDS } from '../language/word-lists.ts'
import { addArticle, capitalize, humanize, uncapitalize } from '../language/words.ts'

/** The sentence templates of an action: one for success, one for failure. */
export interface Sentences {
  readonly say: string
  readonly sayFailed: string
}

// Verbs whose subject is the actor.
const ACTOR_SENTENCES: { readonly [past: string]: Sentences } = {
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

function toPhrase(identifier: string) {
  return uncapitalize(humanize(identifier))
}

function isPlural(noun: string) {
  return /[^su]s$/.test(noun)
}

/**
 * Creates the default sentences of `category.verb`. Besides paths, they use three placeholders: `{resource}` is the label
 * and name of the resource, `{actor}` the name of the actor, and `{reason}` the error's status in parentheses or nothing.
 */
export function createDefaultSentences(category: string, verb: string): Sentences {
  const past = toPastTense(verb)
  const actorSentences = ACTOR_SENTENCES[past]
  if (actorSentences !== undefined) return actorSentences
  if (STATE_WORDS.has(verb)) {
    return {
      say: `{resource} is ${toPhrase(verb)}`,
      sayFailed: `{resource} could not become ${toPhrase(verb)}{reason}`,
    }
  }
  const split = /^(?:logged|signed|backed|shut)_/.test(past) ? -1 : past.lastIndexOf('_')
  const last = past.slice(split + 1)
  const noun = past.slice(0, Math.max(split, 0))
  const base = toBaseForm(last)
  if (base === undefined) {
    return { say: `{resource}: ${toPhrase(verb)}`, sayFailed: `{resource}: ${toPhrase(verb)} failed{reason}` }
  }
  return noun === '' || noun === category
    ? createResourceSentences(last, base)
    : createPartSentences(toPhrase(noun), last, base)
}

function createResourceSentences(past: string, base: string): Sentences {
  const sayFailed = `Could not ${toPhrase(base)} {resource}{reason}`
  if (INTRANSITIVE_VERBS.has(past)) {
    return {
      say: `{resource} ${toPhrase(past)}`,
      sayFailed: past === 'failed' ? '{resource} failed{reason}' : sayFailed,
    }
  }
  return { say: `{resource} was ${toPhrase(past)}`, sayFailed }
}

function createPartSentences(noun: string, past: string, base: string): Sentences {
  const be = isPlural(noun) ? 'were' : 'was'
  if (past === 'added' || past === 'removed') {
    const preposition = past === 'added' ? 'to' : 'from'
    const part = isPlural(noun) ? noun : addArticle(noun)
    return {
      say: `${capitalize(part)} ${be} ${past} ${preposition} {resource}`,
      sayFailed: `Could not ${base} ${part} ${preposition} {resource}{reason}`,
    }
  }
  if (past === 'failed')
    return { say: `The ${noun} of {resource} failed`, sayFailed: `The ${noun} of {resource} failed{reason}` }
  const predicate = INTRANSITIVE_VERBS.has(past) ? past : `${be} ${toPhrase(past)}`
  return {
    say: `The ${noun} of {resource} ${predicate}`,
    sayFailed: `Could not ${base} the ${noun} of {resource}{reason}`,
  }
}
