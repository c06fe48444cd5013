import { describe, expect, test } from 'vitest'
import { readUrlFilter, writeUrlFilter } from './url-filter.ts'

describe('a filter in the URL', () => {
  test('round-trips', () => {
    const filter = { q: 'a & b', actor: ['u1', 'a,b'], kind: ['create' as const], range: '7d' as const }
    expect(readUrlFilter(writeUrlFilter('', filter))).toEqual(filter)
    const dates = { from: '2026-11-01T00:00:00.000Z', to: '2026-11-02T00:00:00.000Z' }
    expect(readUrlFilter(writeUrlFilter('', dates))).toEqual(dates)
  })

  test('keeps other parameters', () => {
    expect(writeUrlFilter('?tab=2&kind=create', { status: ['failure'] })).toBe('?tab=2&status=failure')
    expect(writeUrlFilter('?tab=2&kind=create', {})).toBe('?tab=2')
    expect(writeUrlFilter('?kind=create', {})).toBe('')
  })

  test('ignores other parameters and invalid filters', () => {
    expect(readUrlFilter('?tab=2')).toEqual({})
    expect(readUrlFilter('?range=century&status=failure')).toEqual({ status: ['failure'] })
    expect(readUrlFilter('?from=yesterday')).toEqual({})
    expect(readUrlFilter('?kind=explode')).toEqual({})
    expect(readUrlFilter('?q=kind:delete+engine')).toEqual({ q: 'kind:delete engine' })
  })

  test('prefers a relative range to a custom one', () => {
    expect(readUrlFilter('?range=7d&from=2020-01-01')).toEqual({ range: '7d' })
  })
})
