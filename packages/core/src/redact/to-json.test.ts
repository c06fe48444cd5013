import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JSON_LIMITS, toJson } from './redact.ts'

test('JSON is unchanged', () => {
  const rounded = (value: unknown) =>
    typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
  const double = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !rounded(value))
  const json = fc.object({ values: [fc.string({ unit: 'grapheme' }), double, fc.boolean(), fc.constant(null)] })
  fc.assert(
    fc.property(json, (value) => {
      expect(toJson(value)).toEqual(value)
    }),
  )
})

describe('values that are not JSON', () => {
  test.each([
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['no date', new Date(Number.NaN), 'Invalid Date'],
    ['a bigint', 2n ** 64n, '18446744073709551616'],
    ['an integer that would be rounded', 2 ** 60, '1152921504606846976'],
    ['no number', Number.NaN, 'NaN'],
    ['infinity', -Infinity, '-Infinity'],
    ['a set', new Set([1, 'a']), [1, 'a']],
    ['a map', new Map([['a', 1]]), { a: 1 }],
    ['a map of other keys', new Map([[1, { a: 1 }]]), [[1, { a: 1 }]]],
    ['an error', new TypeError('no'), { name: 'TypeError', message: 'no' }],
    ['a pattern', /a+/gi, '/a+/gi'],
    ['a URL', new URL('https://a.test/b'), 'https://a.test/b'],
    ['bytes', new Uint8Array(12), '[binary, 12 bytes]'],
    ['a Buffer', Buffer.from('secret'), '[binary, 6 bytes]'],
    ['undefined', undefined, null],
    ['a function', () => 1, null],
    [
      'what an object leaves out',
      { a: undefined, b: () => 1, c: Symbol('x'), d: [undefined, () => 1] },
      { d: [null, null] },
    ],
    ['toJSON', { toJSON: () => ({ a: new Date(0) }) }, { a: '1970-01-01T00:00:00.000Z' }],
    ['a boxed string', Object('x'), 'x'],
    ['U+0000 and half a surrogate pair', { 'a\0': 'b\0\ud800c\u{1f680}' }, { 'a\ufffd': 'b\ufffd\ufffdc\u{1f680}' }],
    [
      'a class instance',
      new (class Point {
        x = 1
      })(),
      { x: 1 },
    ],
    ['no prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ])('%s', (_, value, json) => {
    expect(toJson(value)).toEqual(json)
  })

  test('a cycle is replaced', () => {
    const value: { name: string; self?: unknown; list?: unknown } = { name: 'x' }
    value.self = value
    value.list = [value]
    expect(toJson(value)).toEqual({ name: 'x', self: '[circular]', list: ['[circular]'] })
    const shared = { a: 1 }
    expect(toJson([shared, shared])).toEqual([shared, shared])
  })

  test('a value that throws is unreadable', () => {
    const hostile = {
      ok: 1,
      get bad(): string {
        throw new Error('no')
      },
      worse: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no')
          },
        },
      ),
      json: {
        toJSON: () => {
          throw new Error('no')
        },
      },
    }
    expect(toJson(hostile)).toEqual({ ok: 1, bad: '[unreadable]', worse: '[unreadable]', json: '[unreadable]' })
  })

  test('a key named __proto__ is a key', () => {
    const json = toJson(JSON.parse('{"__proto__":{"admin":true},"a":1}'))
    expect(JSON.stringify(json)).toBe('{"__proto__":{"admin":true},"a":1}')
    expect(Object.getPrototypeOf(json)).toBe(Object.prototype)
  })

  test('the argument is not changed', () => {
    const value = Object.freeze({ list: Object.freeze([Object.freeze({ at: new Date(0) })]) })
    toJson(value)
    expect(value).toEqual({ list: [{ at: new Date(0) }] })
  })
})

describe('limits', () => {
  test('depth', () => {
    let deep: unknown = 'bottom'
    for (let level = 0; level < 100_000; level += 1) deep = [deep]
    const text = JSON.stringify(toJson(deep))
    expect(text).toBe(`${'['.repeat(JSON_LIMITS.depth)}"[truncated]"${']'.repeat(JSON_LIMITS.depth)}`)
  })

  test('text', () => {
    const text = String(toJson('x'.repeat(1e6)))
    expect(text).toMatch(/x… \[truncated\]$/)
    expect(text.length).toBeLessThan(JSON_LIMITS.text + 20)
  })

  test('number of values and total length', () => {
    expect(JSON.stringify(toJson(Array.from({ length: 1e6 }, () => 1))).length).toBeLessThan(3 * JSON_LIMITS.values)
    const wide = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`k${index}`, 'y'.repeat(1_000)]))
    const json = toJson(wide)
    expect(json).toMatchObject({ '[truncated]': '[truncated]' })
    expect(JSON.stringify(json).length).toBeLessThan(1.2 * JSON_LIMITS.total)
  })
})
