import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatPhrase } from './query-language.ts'
import { foldText, getSearchNeedles, SEARCHED_FIELDS, toSearchText } from './search-text.ts'

describe('foldText', () => {
  test.each([
    ['Łódź Ørsted Æther', 'lodz orsted aether'],
    ['STRASSE Straße', 'strasse strasse'],
    ['Iıİi', 'iiii'],
    ['Café CAFÉ cafe\u0301', 'cafe cafe cafe'],
    ['Ｆｕｌｌ　ｗｉｄｔｈ ﬁne', 'full width fine'],
    ['ΟΔΟΣ οδός', 'οδοσ οδοσ'],
    ['Ёлка', 'елка'],
    ['한글 ガ か\u3099', '한글 ガ が'],
    ['ﾊﾝｶｸ', 'ハンカク'],
    ['हिन्दी ไทย', 'हिन्दी ไทย'],
    ['מָלוֹן', 'מלון'],
    ['❤️', '❤'],
    ['  a \t\n b\u00a0c ', 'a b c'],
    ['', ''],
  ])('%s', (text, folded) => {
    expect(foldText(text)).toBe(folded)
  })

  test('is idempotent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(foldText(foldText(text))).toBe(foldText(text))
      }),
      { numRuns: 5_000 },
    )
  })
})

function getText(description: string, name = 'x') {
  return toSearchText({
    action: 'project.created',
    description,
    actor: { type: 'user', id: 'u1', name: 'Ada Lovelace', email: 'ada@acme.test' },
    resource: { type: 'project', id: 'p1', name },
  })
}

/** Matches as a store does: the text contains every needle. */
function finds(q: string, text: string) {
  return getSearchNeedles(q).every((needle) => text.includes(needle))
}

describe('search text', () => {
  test('contains actor, email address, action, resource name and description, one line each', () => {
    expect(getText('Engine was\ncréated', 'Engine')).toBe(
      'ada lovelace\nada@acme.test\nproject.created\nengine\nengine was created\n',
    )
    expect(SEARCHED_FIELDS).toEqual(['actor.name', 'actor.email', 'action', 'resource.name', 'description'])
  })

  test('contains an id only in place of a missing name', () => {
    const actor = { type: 'api_key', id: 'key_1' } as const
    expect(toSearchText({ action: 'a.b', description: 'D', actor, resource: { type: 'a', id: 'r1' } })).toBe(
      '\nkey_1\na.b\nr1\nd\n',
    )
  })

  test.each([
    ['ada created', true],
    ['ADA@ACME', true],
    ['lovelace ada', true],
    ['project', true],
    ['grace', false],
    ['ada grace', false],
    ['', true],
  ])('%s', (q, found) => {
    expect(finds(q, getText('Engine was created'))).toBe(found)
  })
})

describe('scripts without spaces and emoji', () => {
  const text = getText('東京都庁の猫が🚀を見た 👨‍👩‍👧 서울 ภาษาไทย 🇩🇪')

  test.each(['東', '東京', '京都', '都庁', '猫', '🚀', '👩', '👨‍👩‍👧', '서울', '울', 'ภา', '🇩🇪', '猫が🚀', 'を見'])(
    '%s is found',
    (q) => {
      expect(finds(q, text)).toBe(true)
    },
  )

  test.each(['犬', '京東', '🛸', '부산', '🇫🇷'])('%s is not found', (q) => {
    expect(finds(q, text)).toBe(false)
  })

  test('have a needle with four letters or digits per character, for a trigram index', () => {
    for (const q of ['猫', '東京', '🚀', '서울', 'ガ']) {
      const needles = getSearchNeedles(q)
      expect(needles.some((needle) => new RegExp(`^[0-9a-z]{${4 * [...q].length}}$`).test(needle))).toBe(true)
    }
    expect(getSearchNeedles('東京 Ada 100%')).toEqual(['東京', '0kfl0fjg', 'ada', '100%'])
  })

  test('every text and every part of it is found', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.nat(), fc.nat(), (written, from, length) => {
        const parts = [...foldText(written)]
        const start = parts.length === 0 ? 0 : from % parts.length
        const q = formatPhrase(parts.slice(start, start + 1 + (length % 5)).join(''))
        expect(finds(q, getText(written))).toBe(true)
      }),
      { numRuns: 3_000 },
    )
  })
})

test('quotes enclose a phrase, and %, _ and backslashes are literal', () => {
  expect(getSearchNeedles(`"a  B" 100% snake_case C:\\dir it's 5"`)).toEqual([
    'a b',
    '100%',
    'snake_case',
    'c:\\dir',
    "it's",
    '5"',
  ])
  expect(getSearchNeedles(String.raw`"say \"hi\" to C:\\dir\x"`)).toEqual([String.raw`say "hi" to c:\dir\x`])
  expect(getSearchNeedles('"never closed')).toEqual(['never closed'])
  expect(getSearchNeedles('"東京 タワー"')).toEqual([
    '東京 タワー',
    ...getSearchNeedles('東京 タワー').filter((each) => /^0/.test(each)),
  ])
  expect(finds('100%', getText('100 percent'))).toBe(false)
  expect(getSearchNeedles('a\0b')).toEqual(['a', 'b'])
  expect(getSearchNeedles(' \t "" " "')).toEqual([])
  expect(getSearchNeedles('Ada ada ADA')).toEqual(['ada'])
})

test('a phrase stays within one line', () => {
  const text = getText('Engine was created', 'Motor')
  expect(finds('"engine was"', text)).toBe(true)
  expect(finds('"was engine"', text)).toBe(false)
  expect(finds('"motor engine"', text)).toBe(false)
  expect(finds('motor engine', text)).toBe(true)
})
