import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesToHex } from '../event/id.ts'
import {
  assertStorable,
  createDisclosure,
  hashDisclosure,
  hashLeaf,
  toBase64Url,
  toCanonicalBytes,
} from './canonical.ts'

function text(bytes: Uint8Array) {
  return new TextDecoder().decode(bytes)
}

function bytes(value: string) {
  return new TextEncoder().encode(value)
}

describe('canonical JSON (RFC 8785)', () => {
  // Test vectors of cyberphone/json-canonicalization.
  test.each([
    ['arrays', '{"a":[56,{"d":true,"10":null,"1":[]}]}', '{"a":[56,{"1":[],"10":null,"d":true}]}'],
    ['french', '{"peach":"p","péché":"c","pêche":"b","sin":"s"}', '{"peach":"p","péché":"c","pêche":"b","sin":"s"}'],
    [
      'structures',
      '{"1":{"f":{"f":"hi","F":5},"\\n":56.0},"10":{},"":"empty","a":{},"111":[{"e":"yes","E":"no"}],"A":{}}',
      '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],"A":{},"a":{}}',
    ],
    ['unicode', '{"Unnormalized Unicode":"A\\u030a"}', '{"Unnormalized Unicode":"A\u030a"}'],
    [
      'values',
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    ],
    [
      'weird',
      '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}',
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    ],
    [
      '__proto__',
      '{"b":1,"__proto__":{"z":1},"a":[{"__proto__":2}]}',
      '{"__proto__":{"z":1},"a":[{"__proto__":2}],"b":1}',
    ],
    ['nothing', '{}', '{}'],
  ])('%s', (_, input, output) => {
    expect(text(toCanonicalBytes(JSON.parse(input)))).toBe(output)
  })

  test('equals the output of the reference library', () => {
    const key = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('10', '9', '01', '4294967296', '-1', 'toString', ''),
    )
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'binary' }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constantFrom(null, undefined, -0),
        fc.array(tie('node'), { maxLength: 4 }),
        fc.dictionary(key, tie('node'), { maxKeys: 5 }),
      ),
    })).node
    fc.assert(
      fc.property(fc.dictionary(key, value), (object) => {
        expect(text(toCanonicalBytes(object))).toBe(canonicalize(object))
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('values that cannot be stored are rejected with their path', () => {
  const nested = (levels: number) => {
    let value: unknown = 1
    for (let level = 1; level < levels; level += 1) value = { a: value }
    return { metadata: value }
  }

  test.each([
    [{ metadata: { note: 'a\0b' } }, 'metadata.note contains U+0000'],
    [{ metadata: { list: ['ok', 'a\ud800'] } }, 'metadata.list[1] contains a lone surrogate'],
    [{ metadata: { 'a\0': 1 } }, 'A key of metadata contains U+0000'],
    [{ metadata: { '\udc00': null } }, 'A key of metadata contains a lone surrogate'],
    [{ n: Number.NaN }, 'n is NaN. Numbers must be finite'],
    [{ n: Infinity }, 'n is Infinity. Numbers must be finite'],
    [{ n: 2 ** 53 }, 'n is 9007199254740992, which is beyond 2^53 - 1 and would be rounded. Send it as a string'],
    [{ n: -1e300 }, 'n is -1e+300, which is beyond 2^53 - 1'],
    [{ n: 1n }, 'n is a bigint, which is not JSON'],
    [{ at: new Date(0) }, 'at is a Date, which is not JSON: convert it first'],
    [{ f: () => 1 }, 'f is a function, which is not JSON'],
    [nested(33), 'The event has more than 32 levels at metadata.a'],
    [nested(100_000), 'The event has more than 32 levels'],
  ])('%#: %s', (value, message) => {
    expect(() => assertStorable(value)).toThrow(
      expect.objectContaining({ code: 'invalid_event', message: expect.stringContaining(message) }),
    )
  })

  test.each([nested(32), { a: '\u{1f680}', n: 2 ** 53 - 1, f: 1e-7, u: undefined, z: null, list: [] }])(
    '%# is taken',
    (value) => {
      expect(() => assertStorable(value)).not.toThrow()
    },
  )
})

describe('disclosures (RFC 9901)', () => {
  const disclosure = 'WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0'

  test('the digest of a disclosure', () => {
    expect(hashDisclosure(disclosure)).toBe('X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0')
  })

  test('a disclosure contains salt, name and value', () => {
    const read = (value: string): unknown => JSON.parse(Buffer.from(value, 'base64url').toString())
    expect(read(disclosure)).toEqual(read(createDisclosure('family_name', 'Möbius', '_26bc4LT-ac6q2KI6cBW5es')))
    expect(read(createDisclosure('/metadata/x', { a: [1, '€'.repeat(1_000)] }, 's'))).toEqual([
      's',
      '/metadata/x',
      { a: [1, '€'.repeat(1_000)] },
    ])
  })

  test('salts have 16 bytes and differ', () => {
    const salts = Array.from({ length: 1_000 }, () => {
      const [salt]: unknown[] = JSON.parse(Buffer.from(createDisclosure('a', 1), 'base64url').toString())
      return String(salt)
    })
    expect(new Set(salts).size).toBe(1_000)
    expect(salts.every((salt) => Buffer.from(salt, 'base64url').length === 16)).toBe(true)
  })

  test('base64url equals that of Node', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (array) => {
        expect(toBase64Url(array)).toBe(Buffer.from(array).toString('base64url'))
      }),
    )
  })
})

test('leaf hash (RFC 9162)', () => {
  expect(bytesToHex(hashLeaf(bytes('L123456')))).toBe(
    '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56',
  )
})
