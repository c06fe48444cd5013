// cspell:ignore honou
import { ACRONYMS } from './acronyms.ts'

const ACRONYM_SPELLINGS = new Map(
  ACRONYMS.flatMap((word): [string, string][] => [
    [word.toLowerCase(), word],
    [`${word.toLowerCase()}s`, `${word}s`],
  ]),
)
// HTTPS is not a plural. The other two are one word in code only.
ACRONYM_SPELLINGS.set('https', 'HTTPS').set('signin', 'sign-in').set('signup', 'sign-up')

/** Splits an identifier into lower-case words: `'apiKey_v2'` is `['api', 'key', 'v2']`. */
export function splitWords(identifier: string): string[] {
  return identifier
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(?!\p{Lu}s(?!\p{Ll}))(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '')
}

/**
 * Converts an identifier to words, with the first one capitalized and acronyms in upper case.
 *
 * @example
 * humanize('role_changed') // 'Role changed'
 * humanize('api_key')      // 'API key'
 * humanize('callbackUrl')  // 'Callback URL'
 */
export function humanize(identifier: string): string {
  const text = splitWords(identifier)
    .map((word) => ACRONYM_SPELLINGS.get(word) ?? word)
    .join(' ')
  return capitalize(text)
}

/** Converts the first letter to upper case. */
export function capitalize(text: string): string {
  const first = text.codePointAt(0)
  if (first === undefined) return text
  const letter = String.fromCodePoint(first)
  return letter.toUpperCase() + text.slice(letter.length)
}

/** Converts the first letter to lower case, for use within a sentence. Acronyms such as "API key" stay. */
export function uncapitalize(label: string): string {
  const [first = '', second = ''] = label
  const acronym = /\p{Lu}|\p{N}/u.test(second)
  return acronym ? label : first.toLowerCase() + label.slice(first.length)
}

/** Adds the indefinite article: "a project", "an API key". */
export function addArticle(label: string): string {
  const silentH = /^(?:hour|honest|honou?r)/i
  const soundsLikeYou = /^(?:uni(?!n)|us[aeiu]|ut[ei]|eu|one|uuid|uri\b|url\b|ui\b|utc\b)/i
  const vowel = /^[aeiou]/i.test(label) || /^(?:[FHLMNRSX][A-Z]|[FHLMNRSX]\b)/.test(label)
  return `${(vowel && !soundsLikeYou.test(label)) || silentH.test(label) ? 'an' : 'a'} ${label}`
}
