import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toJson } from '../redact/redact.ts'
import { getMaxJsonLength } from './diff.ts'

test('no value is longer as JSON, in characters or in bytes', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '"', '\u0001', 'é', '漢', '\u{1f680}') })
  const value = fc.object({
    maxDepth: 3,
    key: text,
    values: [text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null)],
  })
  fc.assert(
    fc.property(value, (object) => {
      const json = toJson(object)
      const formatted = JSON.stringify(json)
      expect(getMaxJsonLength(json)).toBeGreaterThanOrEqual(formatted.length)
      expect(getMaxJsonLength(json)).toBeGreaterThanOrEqual(new TextEncoder().encode(formatted).length)
    }),
    { numRuns: 1_000 },
  )
  expect(getMaxJsonLength(-2.2250738585072014e-308)).toBeGreaterThanOrEqual('-2.2250738585072014e-308'.length)
})
