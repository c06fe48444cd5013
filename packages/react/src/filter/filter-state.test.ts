import { describe, expect, test } from 'vitest'
import {
  areDisjoint,
  countConditions,
  getRangeStart,
  intersectFilters,
  isUnfiltered,
  replaceTime,
  replaceValues,
  resolveFilter,
} from './filter-state.ts'

const now = Date.parse('2026-11-20T12:34:56.789Z')

describe('a relative range', () => {
  test('starts on a whole minute, so that equal queries share a cache entry', () => {
    expect(getRangeStart('24h', now)).toBe('2026-11-19T12:34:00.000Z')
    expect(getRangeStart('7d', now)).toBe('2026-11-13T12:34:00.000Z')
    expect(getRangeStart('30d', now)).toBe('2026-10-21T12:34:00.000Z')
    expect(getRangeStart('24h', now + 3_000)).toBe(getRangeStart('24h', now))
  })

  test('of today starts at local midnight', () => {
    const begin = new Date(getRangeStart('today', now))
    expect([begin.getHours(), begin.getMinutes(), begin.getSeconds()]).toEqual([0, 0, 0])
    expect(now - begin.getTime()).toBeLessThan(25 * 3_600_000)
  })

  test('is sent as from and replaces a custom range', () => {
    const filter = resolveFilter({ range: '24h', from: '2020-01-01', to: '2020-02-01', kind: ['create'] }, now)
    expect(filter).toEqual({ from: '2026-11-19T12:34:00.000Z', kind: ['create'] })
  })
})

test('empty conditions are not sent', () => {
  expect(resolveFilter({ q: '', actor: [], status: ['failure'] }, now)).toEqual({ status: ['failure'] })
})

test('removing the last value removes the condition', () => {
  expect(replaceValues({ kind: ['create'], q: 'x' }, 'kind', [])).toEqual({ q: 'x' })
})

test('setting a time range replaces the previous one', () => {
  expect(replaceTime({ range: '7d', q: 'x' }, { from: '2026-11-01T00:00:00.000Z' })).toEqual({
    q: 'x',
    from: '2026-11-01T00:00:00.000Z',
  })
  expect(replaceTime({ from: '2026-11-01', to: '2026-11-02' }, 'today')).toEqual({ range: 'today' })
  expect(replaceTime({ range: '7d' }, null)).toEqual({})
})

describe('combining two filters', () => {
  test('applies both', () => {
    expect(intersectFilters({ project: ['p1'] }, { kind: ['delete'] })).toEqual({ project: ['p1'], kind: ['delete'] })
    expect(intersectFilters({ kind: ['create', 'delete'] }, { kind: ['delete', 'update'] })).toEqual({
      kind: ['delete'],
    })
    expect(intersectFilters({ q: 'engine' }, { q: 'ada' })).toEqual({ q: 'engine ada' })
    expect(intersectFilters({ not: { kind: ['create'], q: 'draft' } }, { q: 'x', not: { kind: ['delete'] } })).toEqual({
      q: 'x',
      not: { kind: ['create', 'delete'], q: 'draft' },
    })
  })

  test('uses the narrower time range, with dates as whole days', () => {
    expect(
      intersectFilters({ from: '2026-11-01', to: '2026-11-20' }, { from: '2026-11-05', to: '2026-11-20T10:00:00Z' }),
    ).toEqual({
      from: '2026-11-05',
      to: '2026-11-20T10:00:00Z',
    })
    expect(intersectFilters({ from: '2026-11-05' }, { from: '2026-11-01' })).toEqual({ from: '2026-11-05' })
  })

  test('detects filters that exclude each other', () => {
    expect(areDisjoint({ project: ['p1'] }, { project: ['p2'] })).toBe(true)
    expect(areDisjoint({ project: ['p1'] }, { project: ['p2', 'p1'] })).toBe(false)
    expect(areDisjoint({ project: ['p1'] }, {})).toBe(false)
  })
})

test('counts values, with a time range as one and without the search', () => {
  expect(countConditions({ actor: ['a', 'b'], from: '2026-11-01', to: '2026-11-02', q: 'x' })).toBe(3)
  expect(isUnfiltered({ q: 'x' })).toBe(false)
  expect(isUnfiltered({ actor: [] })).toBe(true)
})
