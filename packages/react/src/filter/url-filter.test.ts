import { describe, expect, test } from 'vitest'
import { filterFromSearch, searchWithFilter } from './url-filter.ts'

describe('a filter in the address of a page', () => {
  test('comes back as it went in', () => {
    const filter = { q: 'a & b', actor: ['u1', 'a,b'], kind: ['create' as const], range: '7d' as const }
    expect(filterFromSearch(searchWithFilter('', filter))).toEqual(filter)
    const dates = { from: '2026-11-01T00:00:00.000Z', to: '2026-11-02T00:00:00.000Z' }
    expect(filterFromSearch(searchWithFilter('', dates))).toEqual(dates)
  })

  test('leaves the parameters of others as they are', () => {
    expect(searchWithFilter('?tab=2&kind=create', { status: ['failure'] })).toBe('?tab=2&status=failure')
    expect(searchWithFilter('?tab=2&kind=create', {})).toBe('?tab=2')
    expect(searchWithFilter('?kind=create', {})).toBe('')
  })

  test('ignores what is not a filter, and a filter that is broken', () => {
    expect(filterFromSearch('?tab=2')).toEqual({})
    expect(filterFromSearch('?range=century&status=failure')).toEqual({ status: ['failure'] })
    expect(filterFromSearch('?from=yesterday')).toEqual({})
    expect(filterFromSearch('?kind=explode')).toEqual({})
    expect(filterFromSearch('?q=kind:delete+engine')).toEqual({ q: 'kind:delete engine' })
  })

  test('prefers a span to two ends', () => {
    expect(filterFromSearch('?range=7d&from=2020-01-01')).toEqual({ range: '7d' })
  })
})
