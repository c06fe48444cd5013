import { expect, test } from 'vitest'
import { daysOfInstants, instantsOfDays } from './custom-range.ts'

test('days become instants where the viewer is, the last one within', () => {
  const { from, to } = instantsOfDays('2026-11-01', '2026-11-03')
  expect(new Date(from ?? '').toString()).toContain('Nov 01 2026 00:00:00')
  expect(new Date(to ?? '').toString()).toContain('Nov 04 2026 00:00:00')
})

test('and come back as the same days', () => {
  expect(daysOfInstants(instantsOfDays('2026-10-24', '2026-10-26'))).toEqual({ from: '2026-10-24', to: '2026-10-26' })
  expect(daysOfInstants(instantsOfDays('2026-12-31', '2026-12-31'))).toEqual({ from: '2026-12-31', to: '2026-12-31' })
})

test('an end may be left open', () => {
  expect(instantsOfDays('', '')).toEqual({})
  expect(daysOfInstants({ from: '2026-11-01' })).toEqual({ from: '2026-11-01', to: '' })
  expect(daysOfInstants({ to: 'nonsense' })).toEqual({ from: '', to: '' })
})
