import { describe, expect, test } from 'vitest'
import { createFormats } from './format.ts'

const now = Date.parse('2026-11-20T12:00:00Z')

function ago(ms: number) {
  return now - ms
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const en = createFormats('en', 'UTC')

describe('relative time', () => {
  test.each([
    [0, 'now'],
    [59_000, 'now'],
    [-30_000, 'now'],
    [MINUTE, '1 minute ago'],
    [59 * MINUTE, '59 minutes ago'],
    [HOUR, '1 hour ago'],
    [23 * HOUR, '23 hours ago'],
    [DAY, '1 day ago'],
    [8 * DAY, '1 week ago'],
    [45 * DAY, '1 month ago'],
    [800 * DAY, '2 years ago'],
    [-2 * HOUR, 'in 2 hours'],
  ])('%i ms before now is "%s"', (elapsedMs, text) => {
    expect(en.relative(ago(elapsedMs), now)).toBe(text)
  })

  test('uses the locale', () => {
    expect(createFormats('de', 'UTC').relative(ago(3 * HOUR), now)).toBe('vor 3 Stunden')
  })
})

describe('days', () => {
  test('are today and yesterday by calendar day, not by hours', () => {
    expect(en.day(Date.parse('2026-11-20T00:05:00Z'), now)).toBe('Today')
    expect(en.day(Date.parse('2026-11-19T00:05:00Z'), now)).toBe('Yesterday')
    expect(en.day(Date.parse('2026-11-18T23:55:00Z'), now)).toBe('Wednesday, November 18')
    expect(en.day(Date.parse('2025-11-18T12:00:00Z'), now)).toBe('November 18, 2025')
  })

  test('begin at midnight in the time zone', () => {
    const late = Date.parse('2026-11-20T02:00:00Z')
    expect(en.dayKey(late)).toBe('2026-11-20')
    expect(createFormats('en', 'America/New_York').dayKey(late)).toBe('2026-11-19')
  })
})

test('full times include the time zone', () => {
  const at = Date.parse('2026-11-20T10:00:00Z')
  expect(en.full(at)).toContain('UTC')
  expect(createFormats('en', 'Europe/Berlin').full(at)).toMatch(/11:00:00\sAM GMT\+1/)
  expect(createFormats('en', 'Europe/Berlin').utc(at)).toMatch(/10:00:00\sAM UTC/)
})

test('counts above the limit end with a plus', () => {
  expect(en.count({ value: 1234, exact: true })).toBe('1,234')
  expect(en.count({ value: 10_000, exact: false })).toBe('10,000+')
})
