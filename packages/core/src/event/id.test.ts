import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { getIdTime, getMinId, isEventId, newId } from './id.ts'

const time = fc.nat({ max: 2 ** 48 - 1 })

test('an id is a UUIDv7 that holds its time', () => {
  fc.assert(
    fc.property(time, (ms) => {
      const id = newId(ms)
      expect(isEventId(id)).toBe(true)
      expect(getIdTime(id)).toBe(ms)
      expect(id >= getMinId(ms)).toBe(true)
      expect(ms === 2 ** 48 - 1 || id < getMinId(ms + 1)).toBe(true)
    }),
  )
})

test('ids ascend within a millisecond and never repeat', () => {
  const ids = Array.from({ length: 50_000 }, () => {
    newId(1_700_000_000_001)
    return newId(1_700_000_000_000)
  })
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? ''))).toBe(true)
})

test('the time defaults to now', () => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  try {
    expect(getIdTime(newId())).toBe(1_800_000_000_000)
  } finally {
    vi.useRealTimers()
  }
})

test.each([-1, 1.5, Number.NaN, 2 ** 48])('%s is not a valid time', (ms) => {
  expect(() => newId(ms)).toThrow(RangeError)
  expect(() => getMinId(ms)).toThrow(RangeError)
})

test('other UUIDs are not event ids', () => {
  expect(isEventId('0190a6f0-5b7c-7def-8abc-0123456789ab')).toBe(true)
  for (const other of [
    '0190A6F0-5B7C-7DEF-8ABC-0123456789AB',
    '0190a6f0-5b7c-4def-8abc-0123456789ab',
    '0190a6f0-5b7c-7def-cabc-0123456789ab',
    '0190a6f05b7c7def8abc0123456789ab',
    ' 0190a6f0-5b7c-7def-8abc-0123456789ab',
    '',
  ]) {
    expect(isEventId(other)).toBe(false)
  }
})
