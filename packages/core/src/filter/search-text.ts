import type { CompleteEvent } from '../event/event.ts'

// Letters without a Unicode decomposition into a base letter and an accent.
const PLAIN_LETTERS: { readonly [letter: string]: string } = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
  ĸ: 'k',
  ŀ: 'l',
  ŋ: 'n',
  ŧ: 't',
  ſ: 's',
  ς: 'σ',
  ё: 'е',
}
const SPECIAL_LETTERS = new RegExp(`[${Object.keys(PLAIN_LETTERS).join('')}]`, 'gu')
// Accents of Latin, Greek and Cyrillic, Hebrew points, Arabic vowel signs, and zero-width characters. In other scripts,
// marks are part of the letters.
const MARKS =
  /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670]|[\u00ad\u200b]|\ufe0e|\ufe0f/gu
const ASCII = /^[\0-\x7f]*$/

/**
 * Folds text for search: NFKC, lower case, no accents, and single spaces. `'Łódź'` becomes `'lodz'`. `'STRASSE'` and `'Straße'`
 * become equal, as do `'İ'`, `'I'`, `'ı'` and `'i'`.
 */
export function foldText(text: string): string {
  const folded = ASCII.test(text)
    ? text.toLowerCase()
    : text
        .normalize('NFKC')
        .toLowerCase()
        .normalize('NFD')
        .replace(MARKS, '')
        .normalize('NFC')
        .replace(SPECIAL_LETTERS, (letter) => PLAIN_LETTERS[letter] ?? letter)
  return folded.replace(/\s+/gu, ' ').trim()
}

// Scripts without spaces between words, Korean, whose words often have two syllables, and emoji.
const UNSEGMENTED_SCRIPTS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー々〆〇\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}]+/gu

/**
 * Encodes runs of such characters, four letters or digits per character. A trigram index does not find words of one or two
 * characters, or emoji. It finds every encoded character, with any database ctype.
 */
function encodeUnsegmentedText(folded: string): string[] {
  if (ASCII.test(folded)) return []
  return Array.from(folded.matchAll(UNSEGMENTED_SCRIPTS), ([run]) =>
    Array.from(run, (char) => (char.codePointAt(0) ?? 0).toString(36).padStart(4, '0')).join(''),
  )
}

/** The fields of a search text, one line each, in order. The action includes the category. */
export const SEARCHED_FIELDS = ['actor.name', 'actor.email', 'action', 'resource.name', 'description'] as const
/** A field of the search text. */
export type SearchedField = (typeof SEARCHED_FIELDS)[number]

/**
 * Creates the folded search text of an event, one line per field: actor name, email address, action, resource name and
 * description. Ids stand in for missing names. The last line encodes the characters that a trigram index would miss. Store and
 * index the text, and search it for the result of {@link getSearchNeedles}.
 */
export function toSearchText(event: Pick<CompleteEvent, 'actor' | 'action' | 'resource' | 'description'>): string {
  const { actor, resource } = event
  const lines: { readonly [field in SearchedField]: string } = {
    'actor.name': foldText(actor.name ?? ''),
    'actor.email': foldText(actor.email || (actor.name ? '' : actor.id)),
    action: event.action,
    'resource.name': foldText(resource.name ?? resource.id ?? ''),
    description: foldText(event.description),
  }
  const text = SEARCHED_FIELDS.map((field) => lines[field]).join('\n')
  return `${text}\n${encodeUnsegmentedText(text).join(' ')}`
}

const SPACES = /\s+/uy
const WORD = /\S+/uy

/** Returns the end of a sticky pattern's match at `at`, or `at` when it does not match. */
export function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

/** Reads a quoted phrase at `at`. `\"` is a quote and `\\` a backslash. `end` is null when the quote is not closed. */
export function readQuoted(text: string, at: number): { readonly value: string; readonly end: number | null } {
  let value = ''
  for (let index = at + 1; index < text.length; index += 1) {
    const char = text.charAt(index)
    const next = text.charAt(index + 1)
    if (char === '"') return { value, end: index + 1 }
    if (char === '\\' && (next === '"' || next === '\\')) {
      value += next
      index += 1
    } else value += char
  }
  return { value, end: null }
}

/**
 * Splits search text into words and quoted phrases, as written.
 *
 * @example
 * splitPhrases('engine "two words"') // ['engine', 'two words']
 */
export function splitPhrases(q: string): string[] {
  const phrases: string[] = []
  for (let at = matchEnd(SPACES, q, 0); at < q.length; at = matchEnd(SPACES, q, at)) {
    if (q.charAt(at) === '"') {
      const { value, end } = readQuoted(q, at)
      phrases.push(value)
      at = end ?? q.length
    } else {
      const end = matchEnd(WORD, q, at)
      phrases.push(q.slice(at, end))
      at = end
    }
  }
  return phrases
}

/** Splits search text into folded words and phrases, without duplicates. */
export function foldPhrases(q: string): string[] {
  const folded = splitPhrases(q.replaceAll('\0', ' ')).map(foldText)
  return [...new Set(folded)].filter((phrase) => phrase !== '')
}

/**
 * Returns the needles of a search. An event matches when its search text contains every needle; without needles, every event
 * matches. Needles are literal, so escape `%`, `_` and backslashes for LIKE. A quoted phrase is one needle.
 *
 * @example
 * getSearchNeedles('Ada "100% sure"') // ['ada', '100% sure']
 * getSearchNeedles('東京')             // ['東京', '0km50f70'] (the second one is for the index)
 */
export function getSearchNeedles(q: string): string[] {
  return [...new Set(foldPhrases(q).flatMap(getPhraseNeedles))]
}

/** Returns the needles of one phrase, in which quotes are literal. Returns none when the folded phrase is empty. */
export function getPhraseNeedles(phrase: string): string[] {
  const folded = foldText(phrase)
  return folded === '' ? [] : [folded, ...encodeUnsegmentedText(folded)]
}
