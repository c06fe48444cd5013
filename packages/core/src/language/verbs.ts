import { KINDS, type Kind } from '../event/event.ts'
import { IRREGULAR_VERBS, PARTICLES, REGULAR_VERBS, VERBS_BY_KIND } from './word-lists.ts'
import { splitWords } from './words.ts'

// Verbs of two or more syllables double the last consonant only when it is stressed.
const DOUBLED_CONSONANT =
  /^(?:embed|submit|commit|transfer|refer|defer|infer|prefer|admit|permit|omit|remit|equip|format|enroll)$/
const SINGLE_CONSONANT = /^(?:format|enroll)$/

function toRegularPast(base: string): string {
  if (base.endsWith('e')) return `${base}d`
  if (/[^aeiou]y$/.test(base)) return `${base.slice(0, -1)}ied`
  if (base.endsWith('c') && base !== 'sync') return `${base}ked`
  const short = /^[^aeiou]*[aeiou][^aeiouwxy]$/.test(base) || /^(?:un|re|de)[^aeiou]+[aeiou][^aeiouwxy]$/.test(base)
  if ((short || DOUBLED_CONSONANT.test(base)) && !SINGLE_CONSONANT.test(base)) return `${base}${base.at(-1)}ed`
  return `${base}ed`
}

const PAST_BY_BASE = new Map<string, string>(Object.entries(IRREGULAR_VERBS))
for (const base of REGULAR_VERBS) {
  const [verb = '', particle] = base.split('_')
  if (!PAST_BY_BASE.has(base))
    PAST_BY_BASE.set(
      base,
      particle === undefined ? toRegularPast(verb) : `${IRREGULAR_VERBS[verb] ?? toRegularPast(verb)}_${particle}`,
    )
}
PAST_BY_BASE.set('shut_down', 'shut_down').set('withhold', 'withheld')

const BASE_BY_PAST = new Map<string, string>()
for (const [base, past] of PAST_BY_BASE) if (!BASE_BY_PAST.has(past)) BASE_BY_PAST.set(past, base)
BASE_BY_PAST.set('cancelled', 'cancel').set('logged_in', 'log_in').set('logged_out', 'log_out')
BASE_BY_PAST.set('signed_in', 'sign_in').set('signed_out', 'sign_out').set('signed_up', 'sign_up')

/**
 * Converts a verb to the past participle for the name of an action. The object comes first.
 *
 * @example
 * toPastTense('archive') // 'archived'
 * toPastTense('send')    // 'sent'
 * toPastTense('created') // 'created'
 * toPastTense('reset_password') // 'password_reset'
 */
export function toPastTense(verb: string): string {
  const known = PAST_BY_BASE.get(verb)
  if (known !== undefined) return known
  if (BASE_BY_PAST.has(verb) || verb.endsWith('ed')) return verb
  if (!verb.includes('_')) return toRegularPast(verb)
  const first = verb.slice(0, verb.indexOf('_'))
  const last = verb.slice(verb.lastIndexOf('_') + 1)
  if (BASE_BY_PAST.has(last) && !PARTICLES.has(last)) return verb
  if (PAST_BY_BASE.has(last) && !PAST_BY_BASE.has(first)) return `${verb.slice(0, -last.length)}${toPastTense(last)}`
  const rest = verb.slice(first.length + 1)
  return PARTICLES.has(last) ? `${toPastTense(first)}_${rest}` : `${rest}_${toPastTense(first)}`
}

/** Converts a past participle to its base form: `'archived'` is `'archive'`. Returns undefined when it is unknown. */
export function toBaseForm(past: string): string | undefined {
  const known = BASE_BY_PAST.get(past)
  if (known !== undefined) return known
  if (/[^aeiou]ied$/.test(past)) return `${past.slice(0, -3)}y`
  if (/([bdgklmnprt])\1ed$/.test(past) && !/(?:ll)ed$/.test(past)) return past.slice(0, -3)
  if (/(?:at|iz|is|[aeiou]v|[cgsvz]|[^aeiou]l|ur|ir|[^aeiou]r|u)ed$/.test(past) && !/ssed$/.test(past))
    return past.slice(0, -1)
  if (/..ed$/.test(past) && !past.endsWith('eed')) return past.slice(0, -2)
  return undefined
}

const KIND_BY_VERB = new Map(
  KINDS.flatMap((kind) => VERBS_BY_KIND[kind].split(' ').map((verb): [string, Kind] => [verb, kind])),
)

/**
 * Returns the kind of a verb. Base forms count as their participle. The last word decides, so `role_changed` is an update.
 * `item_added` and `item_removed` change a part of the resource, so both are updates.
 *
 * @example
 * getVerbKind('trashed')      // 'delete'
 * getVerbKind('role_changed') // 'update'
 * getVerbKind('signin')       // 'other'
 */
export function getVerbKind(verb: string): Kind {
  const name = splitWords(verb).join('_')
  const exact = KIND_BY_VERB.get(name) ?? KIND_BY_VERB.get(PAST_BY_BASE.get(name) ?? '')
  if (exact !== undefined) return exact
  const last = name.slice(name.lastIndexOf('_') + 1)
  const kind = KIND_BY_VERB.get(last)
  if (kind === undefined || last === name) return 'other'
  return last === 'added' || last === 'removed' ? 'update' : kind
}
