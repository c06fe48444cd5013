import { describe, expect, test } from 'vitest'
import { splitTextRuns, toVisibleText } from './escapes.ts'

describe('untrusted text', () => {
  test('is unchanged without invisible characters', () => {
    const name = 'Größe 東京 🚀 עברית'
    expect(splitTextRuns(name)).toEqual([{ text: name, escape: false }])
  })

  test('shows a right-to-left override as an escape in place', () => {
    expect(splitTextRuns('invoice\u202Efdp.exe')).toEqual([
      { text: 'invoice', escape: false },
      { text: '\\u202E', escape: true },
      { text: 'fdp.exe', escape: false },
    ])
  })

  test.each([
    ['\u0000', '\\u0000'],
    ['\u001b', '\\u001B'],
    ['\u007f', '\\u007F'],
    ['\u0085', '\\u0085'],
    ['\u061c', '\\u061C'],
    ['\u200e', '\\u200E'],
    ['\u200f', '\\u200F'],
    ['\u202a', '\\u202A'],
    ['\u2066', '\\u2066'],
    ['\u2069', '\\u2069'],
    ['\n', '\\n'],
    ['\t', '\\t'],
  ])('shows %j as %s', (character, escaped) => {
    expect(toVisibleText(`a${character}b`)).toBe(`a${escaped}b`)
  })

  test('keeps joiners, which emoji and scripts need', () => {
    expect(toVisibleText('👩‍🚀 می‌خواهم')).toBe('👩‍🚀 می‌خواهم')
  })

  test('has no runs when it is empty', () => {
    expect(splitTextRuns('')).toEqual([])
  })
})
