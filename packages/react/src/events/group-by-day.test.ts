import { expect, test } from 'vitest'
import { createFormats } from '../text/format.ts'
import { groupByDay } from './group-by-day.ts'

function at(occurredAt: string) {
  return { occurredAt }
}

const now = Date.parse('2026-11-20T12:00:00Z')

test('the first event of each day has the heading', () => {
  const rows = groupByDay(
    [at('2026-11-20T11:00:00Z'), at('2026-11-20T00:00:00Z'), at('2026-11-19T23:59:59Z'), at('2026-11-02T10:00:00Z')],
    createFormats('en', 'UTC'),
    now,
  )
  expect(rows.map(({ day }) => day)).toEqual(['Today', null, 'Yesterday', 'Monday, November 2'])
})

test('days depend on the time zone', () => {
  const rows = groupByDay(
    [at('2026-11-20T02:00:00Z'), at('2026-11-19T23:00:00Z')],
    createFormats('en', 'America/New_York'),
    now,
  )
  expect(rows.map(({ day }) => day)).toEqual(['Yesterday', null])
})
