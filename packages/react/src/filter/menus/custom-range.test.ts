import { expect, test } from 'vitest'
import { toDays, toInstants } from './custom-range.ts'

test('days convert to instants in the local time zone, including the last day', () => {
  const { from, to } = toInstants('2026-11-01', '2026-11-03')
  expect(new Date(from ?? '').toString()).toContain('Nov 01 2026 00:00:00')
  expect(new Date(to ?? '').toString()).toContain('Nov 04 2026 00:00:00')
})

test('instants convert back to the same days', () => {
  expect(toDays(toInstants('2026-10-24', '2026-10-26'))).toEqual({ from: '2026-10-24', to: '2026-10-26' })
  expect(toDays(toInstants('2026-12-31', '2026-12-31'))).toEqual({ from: '2026-12-31', to: '2026-12-31' })
})

test('either end can be open', () => {
  expect(toInstants('', '')).toEqual({})
  expect(toDays({ from: '2026-11-01' })).toEqual({ from: '2026-11-01', to: '' })
  expect(toDays({ to: 'nonsense' })).toEqual({ from: '', to: '' })
})
