import type { CompleteEvent } from '../event/event.ts'

// Letters that Unicode does not decompose into a letter and an accent.
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
// Accents of Latin, Greek and Cyrillic, points of Hebrew, vowel signs of Arabic, and what has no width of its own. The marks
// of other scripts are letters to their readers.
const MARKS =
  /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670]|[\u00ad\u200b]|\ufe0e|\ufe0f/gu
const ASCII = /^[\0-\x7f]*$/

/**
 * A text in the form that search compares: compatibility forms unified (NFKC), lower case, without accents, runs of white space
 * one space. `'Łódź'` is `'lodz'`, `'STRASSE'` and `'Straße'` are the same, and so are `'İ'`, `'I'`, `'ı'` and `'i'`.
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

// Scripts that are written without spaces, Korean, whose words are often two syllables, and emoji.
const DENSE_RUNS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー々〆〇\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}]+/gu

/**
 * The runs of such characters, each character as four letters and digits. A trigram index cannot find words of one or two
 * characters, and knows no emoji; of this form it finds each character and each pair, whatever the database's ctype.
 */
function encodeDenseRuns(folded: string): string[] {
  if (ASCII.test(folded)) return []
  return Array.from(folded.matchAll(DENSE_RUNS), ([run]) =>
    Array.from(run, (char) => (char.codePointAt(0) ?? 0).toString(36).padStart(4, '0')).join(''),
  )
}

/** The lines of a search text, in order: what an event says in each. The action has the category in it. */
export const SEARCHED_FIELDS = ['actor.name', 'actor.email', 'action', 'resource.name', 'description'] as const
/** A line of the search text. */
export type SearchedField = (typeof SEARCHED_FIELDS)[number]

/**
 * What free text is looked for in, folded, a line each: actor, e-mail address, action (with its category), resource name and
 * description; the id of an actor or a resource only where there is no name. The last line has the characters that a trigram
 * index would miss, spelled out. Store it, index it, and look for {@link getSearchNeedles} in it.
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
  return `${text}\n${encodeDenseRuns(text).join(' ')}`
}

const SPACES = /\s+/uy
const WORD = /\S+/uy

/** Where a pattern ends that begins at a place of a text; the place itself where there is none. */
export function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

/** A text in quotes, in which `\"` is a quote and `\\` a backslash; its end is null when it is never closed. */
export function readQuoted(text: string, at: number): { readonly value: string; readonly end: number | null } {
  let value = ''
  for (let place = at + 1; place < text.length; place += 1) {
    const char = text.charAt(place)
    const next = text.charAt(place + 1)
    if (char === '"') return { value, end: place + 1 }
    if (char === '\\' && (next === '"' || next === '\\')) {
      value += next
      place += 1
    } else value += char
  }
  return { value, end: null }
}

/**
 * The words and the phrases of a text, as they were written. What stands in quotes is a phrase.
 *
 * @example
 * phrasesOf('engine "two words"') // ['engine', 'two words']
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

/** The words and phrases of a text as they stand in a line of a search text. */
export function foldPhrases(q: string): string[] {
  const folded = splitPhrases(q.replaceAll('\0', ' ')).map(foldText)
  return [...new Set(folded)].filter((phrase) => phrase !== '')
}

/**
 * What to look for: an event matches when its search text contains every needle, as it stands. `%`, `_` and backslashes
 * mean themselves, so escape them for LIKE. What was in quotes is one needle, which may have spaces; without any needle, every
 * event matches.
 *
 * @example
 * searchNeedles('Ada "100% sure"') // ['ada', '100% sure']
 * searchNeedles('東京')             // ['東京', '0km50f70']: the second is for the index
 */
export function getSearchNeedles(q: string): string[] {
  return [...new Set(foldPhrases(q).flatMap(getPhraseNeedles))]
}

/** The needles of a phrase as it was written, quotes being quotes; none of one without a letter or a sign. */
export function getPhraseNeedles(phrase: string): string[] {
  const folded = foldText(phrase)
  return folded === '' ? [] : [folded, ...encodeDenseRuns(folded)]
}
