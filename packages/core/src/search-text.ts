import type { CompleteEvent } from './event.ts'

// Letters that Unicode does not decompose into a letter and an accent.
const PLAIN: { readonly [letter: string]: string } = {
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
const NOT_PLAIN = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'gu')
// Accents of Latin, Greek and Cyrillic, points of Hebrew, vowel signs of Arabic, and what has no width of its own. The marks
// of other scripts are letters to their readers.
const MARKS =
  /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670]|[\u00ad\u200b]|\ufe0e|\ufe0f/gu
const ASCII = /^[\0-\x7f]*$/

/**
 * A text in the form that search compares: compatibility forms unified (NFKC), lower case, without accents, runs of white space
 * one space. `'Łódź'` is `'lodz'`, `'STRASSE'` and `'Straße'` are the same, and so are `'İ'`, `'I'`, `'ı'` and `'i'`.
 */
export function fold(text: string): string {
  const folded = ASCII.test(text)
    ? text.toLowerCase()
    : text
        .normalize('NFKC')
        .toLowerCase()
        .normalize('NFD')
        .replace(MARKS, '')
        .normalize('NFC')
        .replace(NOT_PLAIN, (letter) => PLAIN[letter] ?? letter)
  return folded.replace(/\s+/gu, ' ').trim()
}

// Scripts that are written without spaces, Korean, whose words are often two syllables, and emoji.
const DENSE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー々〆〇\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}]+/gu

/**
 * The runs of such characters, each character as four letters and digits. A trigram index cannot find words of one or two
 * characters, and knows no emoji; of this form it finds each character and each pair, whatever the database's ctype.
 */
function spelledOut(folded: string): string[] {
  if (ASCII.test(folded)) return []
  return Array.from(folded.matchAll(DENSE), ([run]) =>
    Array.from(run, (char) => (char.codePointAt(0) ?? 0).toString(36).padStart(4, '0')).join(''),
  )
}

/**
 * What free text is looked for in: actor, e-mail address, action (with its category), resource name and description, folded, and
 * then the characters that a trigram index would miss, spelled out. Store it, index it, and look for {@link searchNeedles} in it.
 */
export function searchTextOf(event: Pick<CompleteEvent, 'actor' | 'action' | 'resource' | 'description'>): string {
  const { actor, resource } = event
  const text = fold(event.description)
  const parts = [text, event.action]
  for (const part of [
    actor.name,
    actor.email,
    actor.name || actor.email ? '' : actor.id,
    resource.name ?? resource.id,
  ]) {
    const folded = part ? fold(part) : ''
    // The description often holds the resource's name already.
    if (folded !== '' && !text.includes(folded)) parts.push(folded)
  }
  const whole = parts.join(' ')
  const extra = spelledOut(whole)
  return extra.length === 0 ? whole : `${whole} ${extra.join(' ')}`
}

/**
 * What to look for: an event matches when its search text contains every needle, as it stands. Quotes, `%`, `_` and backslashes
 * mean themselves, so escape them for LIKE. No needle contains white space; without any, every event matches.
 *
 * @example
 * searchNeedles('Ada 100%') // ['ada', '100%']
 * searchNeedles('東京')      // ['東京', '0km50f70']: the second is for the index
 */
export function searchNeedles(q: string): string[] {
  const needles = new Set<string>()
  for (const word of fold(q.replaceAll('\0', ' ')).split(' ')) {
    if (word === '') continue
    needles.add(word)
    for (const run of spelledOut(word)) needles.add(run)
  }
  return [...needles]
}
