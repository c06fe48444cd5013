import { describe, expect, test } from 'vitest'
import {
  beginningOf,
  bothFilters,
  conditionCount,
  excludeEachOther,
  isUnfiltered,
  resolveFilter,
  withTime,
  withValues,
} from './filter-state.ts'

const now = Date.parse('2026-11-20T12:34:56.789Z')

describe('a span that ends now', () => {
  test('begins on a whole minute, so that asking twice asks the same', () => {
    expect(beginningOf('24h', now)).toBe('2026-11-19T12:34:00.000Z')
    expect(beginningOf('7d', now)).toBe('2026-11-13T12:34:00.000Z')
    expect(beginningOf('30d', now)).toBe('2026-10-21T12:34:00.000Z')
    expect(beginningOf('24h', now + 3_000)).toBe(beginningOf('24h', now))
  })

  test('that is today begins at midnight where the viewer is', () => {
    const begin = new Date(beginningOf('today', now))
    expect([begin.getHours(), begin.getMinutes(), begin.getSeconds()]).toEqual([0, 0, 0])
    expect(now - begin.getTime()).toBeLessThan(25 * 3_600_000)
  })

  test('is sent as from, in place of what was set before', () => {
    const filter = resolveFilter({ range: '24h', from: '2020-01-01', to: '2020-02-01', kind: ['create'] }, now)
    expect(filter).toEqual({ from: '2026-11-19T12:34:00.000Z', kind: ['create'] })
  })
})

test('conditions that say nothing are not sent', () => {
  expect(resolveFilter({ q: '', actor: [], status: ['failure'] }, now)).toEqual({ status: ['failure'] })
})

test('taking the last value of a condition takes the condition', () => {
  expect(withValues({ kind: ['create'], q: 'x' }, 'kind', [])).toEqual({ q: 'x' })
})

test('one time replaces another, of whichever sort', () => {
  expect(withTime({ range: '7d', q: 'x' }, { from: '2026-11-01T00:00:00.000Z' })).toEqual({
    q: 'x',
    from: '2026-11-01T00:00:00.000Z',
  })
  expect(withTime({ from: '2026-11-01', to: '2026-11-02' }, 'today')).toEqual({ range: 'today' })
  expect(withTime({ range: '7d' }, null)).toEqual({})
})

describe('a fixed filter and a chosen one', () => {
  test('both hold', () => {
    expect(bothFilters({ project: ['p1'] }, { kind: ['delete'] })).toEqual({ project: ['p1'], kind: ['delete'] })
    expect(bothFilters({ kind: ['create', 'delete'] }, { kind: ['delete', 'update'] })).toEqual({ kind: ['delete'] })
    expect(bothFilters({ q: 'engine' }, { q: 'ada' })).toEqual({ q: 'engine ada' })
    expect(bothFilters({ not: { kind: ['create'], q: 'draft' } }, { q: 'x', not: { kind: ['delete'] } })).toEqual({
      q: 'x',
      not: { kind: ['create', 'delete'], q: 'draft' },
    })
  })

  test('hold over the narrower time, a bare date being its whole day', () => {
    expect(
      bothFilters({ from: '2026-11-01', to: '2026-11-20' }, { from: '2026-11-05', to: '2026-11-20T10:00:00Z' }),
    ).toEqual({
      from: '2026-11-05',
      to: '2026-11-20T10:00:00Z',
    })
    expect(bothFilters({ from: '2026-11-05' }, { from: '2026-11-01' })).toEqual({ from: '2026-11-05' })
  })

  test('may exclude each other, which asks for nothing', () => {
    expect(excludeEachOther({ project: ['p1'] }, { project: ['p2'] })).toBe(true)
    expect(excludeEachOther({ project: ['p1'] }, { project: ['p2', 'p1'] })).toBe(false)
    expect(excludeEachOther({ project: ['p1'] }, {})).toBe(false)
  })
})

test('conditions are counted by value, a time as one, the search not', () => {
  expect(conditionCount({ actor: ['a', 'b'], from: '2026-11-01', to: '2026-11-02', q: 'x' })).toBe(3)
  expect(isUnfiltered({ q: 'x' })).toBe(false)
  expect(isUnfiltered({ actor: [] })).toBe(true)
})
