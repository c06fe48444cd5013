import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Change } from '../event/event.ts'
import { parsePointer, redactChanges } from '../redact/redact.ts'
import { diff, diffAndRedact } from './diff.ts'

function changes(before: unknown, after: unknown) {
  return diff(before, after).changes
}

/** Applies changes as JSON Patch does: in an array, an addition inserts an item and a removal deletes one. */
function applied(before: unknown, list: readonly Change[]): unknown {
  const root = { value: structuredClone(before) }
  for (const change of list) {
    const keys = ['value', ...parsePointer(change.path)]
    const last = keys.pop() ?? ''
    let target: unknown = root
    for (const key of keys) target = Reflect.get(Object(target), key)
    if (Array.isArray(target) && change.from === undefined) target.splice(Number(last), 0, change.to)
    else if (Array.isArray(target) && change.to === undefined) target.splice(Number(last), 1)
    else if (change.to === undefined) Reflect.deleteProperty(Object(target), last)
    else
      Object.defineProperty(Object(target), last, {
        value: change.to,
        enumerable: true,
        configurable: true,
        writable: true,
      })
  }
  return root.value
}

test('the changes turn the old value into the new one', () => {
  const json = fc.object({
    maxDepth: 4,
    maxKeys: 5,
    values: [fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean(), fc.constant(null)],
  })
  const sameKeys = fc.record(
    { a: json, b: fc.array(fc.integer({ max: 3 })), c: fc.array(json, { maxLength: 3 }) },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(fc.tuple(json, json), fc.tuple(sameKeys, sameKeys)), ([before, after]) => {
      const was = structuredClone(before)
      const result = diff(before, after, { maxChanges: 10_000 })
      expect(result.truncated).toBe(false)
      expect(applied(before, result.changes)).toEqual(after)
      expect(before).toEqual(was)
    }),
    { numRuns: 1_000 },
  )
})

test('diffAndRedact redacts like redactChanges', () => {
  const text = fc.constantFrom(
    'Ada',
    '',
    '[redacted]',
    'Bearer abc123',
    'é'.repeat(4_090),
    `${'x'.repeat(4_095)}\u{1f680}`,
  )
  const leaf = fc.oneof(text, fc.constantFrom(null, true, 7, 4242424242424242))
  const key = fc.constantFrom('name', 'value', 'key', 'password', 'tokens', 'iban', 'a/b~c', '0', 'list')
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(key, tie('node'), { maxKeys: 4 }),
      fc.record({ name: fc.constantFrom('password', 'accept'), value: leaf }),
    ),
  })).node
  const row = fc.dictionary(key, tree, { maxKeys: 6 })
  const absent = fc.constant(undefined)
  fc.assert(
    fc.property(fc.oneof(absent, row), fc.oneof(absent, row), fc.constantFrom([], ['iban']), (before, after, also) => {
      const changes = diffAndRedact(before, after, { also })
      expect(changes).toEqual(redactChanges(diff(before, after).changes, { also }).changes)
    }),
    { numRuns: 1_000 },
  )
})

test('equal values have no changes', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(changes(value, structuredClone(value))).toEqual([])
    }),
  )
})

describe('fields', () => {
  test('changed, added, removed, with pointers escaped', () => {
    expect(
      changes(
        { name: 'Motor', 'a/b~c': 1, old: true, same: [1] },
        { name: 'Engine', 'a/b~c': 2, fresh: null, same: [1] },
      ),
    ).toEqual([
      { path: '/name', from: 'Motor', to: 'Engine' },
      { path: '/a~1b~0c', from: 1, to: 2 },
      { path: '/old', from: true },
      { path: '/fresh', to: null },
    ])
  })

  test('of a created or deleted object, one by one', () => {
    expect(changes(null, { name: 'Engine', tags: ['a'] })).toEqual([
      { path: '/name', to: 'Engine' },
      { path: '/tags', to: ['a'] },
    ])
    expect(changes({ name: 'Engine' }, undefined)).toEqual([{ path: '/name', from: 'Engine' }])
  })

  test('of another type', () => {
    expect(changes({ a: [1] }, { a: { 0: 1 } })).toEqual([{ path: '/a', from: [1], to: { 0: 1 } }])
    expect(changes('a', 'b')).toEqual([{ path: '', from: 'a', to: 'b' }])
    expect(changes({ a: 1 }, { a: '1' })).toHaveLength(1)
  })

  test('with names that objects inherit', () => {
    expect(changes({}, { constructor: 1, toString: 2 })).toHaveLength(2)
    expect(changes({ constructor: 1 }, {})).toEqual([{ path: '/constructor', from: 1 }])
  })
})

describe('lists', () => {
  test.each([
    ['one changed', [1, 2, 3], [1, 9, 3], [{ path: '/1', from: 2, to: 9 }]],
    [
      'appended',
      ['a'],
      ['a', 'b', 'c'],
      [
        { path: '/1', to: 'b' },
        { path: '/2', to: 'c' },
      ],
    ],
    ['in front', ['b', 'c'], ['a', 'b', 'c'], [{ path: '/0', to: 'a' }]],
    [
      'removed in the middle',
      ['a', 'b', 'c', 'd'],
      ['a', 'd'],
      [
        { path: '/2', from: 'c' },
        { path: '/1', from: 'b' },
      ],
    ],
    ['removed objects', [{ id: 1 }, { id: 2 }], [{ id: 2 }], [{ path: '/0', from: { id: 1 } }]],
    ['emptied', [1], [], [{ path: '/0', from: 1 }]],
    ['descended into', [{ id: 1, n: 1 }], [{ id: 1, n: 2 }], [{ path: '/0/n', from: 1, to: 2 }]],
  ])('%s', (_, before, after, expected) => {
    expect(changes(before, after)).toEqual(expected)
  })
})

describe('values that are not JSON', () => {
  test('compare by value', () => {
    expect(
      changes({ at: new Date(5), big: 10n, set: new Set([1]) }, { at: new Date(5), big: 10n, set: new Set([1]) }),
    ).toEqual([])
    expect(changes({ at: new Date(0), big: 1n }, { at: new Date(1), big: 2n })).toEqual([
      { path: '/at', from: '1970-01-01T00:00:00.000Z', to: '1970-01-01T00:00:00.001Z' },
      { path: '/big', from: '1', to: '2' },
    ])
    expect(changes({ tags: new Map([['a', 1]]) }, { tags: new Map([['a', 2]]) })).toEqual([
      { path: '/tags/a', from: 1, to: 2 },
    ])
  })

  test('undefined equals absent', () => {
    expect(changes({ a: undefined, b: 1 }, { b: undefined })).toEqual([{ path: '/b', from: 1 }])
  })

  test('cycles and throwing getters are accepted', () => {
    const before: { n: number; self?: unknown } = { n: 1 }
    before.self = before
    const after = {
      n: 2,
      get self(): unknown {
        throw new Error('no')
      },
    }
    expect(changes(before, after)).toEqual([
      { path: '/n', from: 1, to: 2 },
      { path: '/self', from: '[circular]', to: '[unreadable]' },
    ])
  })
})

describe('limits', () => {
  test('too many changes are truncated and reported', () => {
    const after = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`k${index}`, index]))
    expect(diff({}, after)).toMatchObject({ truncated: true, changes: { length: 100 } })
    expect(diff({}, after, { maxChanges: 500 })).toMatchObject({ truncated: false, changes: { length: 500 } })
  })

  test('large values are truncated and reported', () => {
    const {
      changes: [text, list],
      truncated,
    } = diff({}, { text: 'x'.repeat(5_000), list: Array.from({ length: 5_000 }, () => 1) })
    expect(truncated).toBe(true)
    expect(text?.to).toMatch(/^x{4096}… \[truncated\]$/)
    expect(list?.to).toBe('[truncated]')
  })

  test('a difference below the maximum depth is one change', () => {
    expect(diff({ a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }, { maxDepth: 2 }).changes).toEqual([
      { path: '/a/b', from: { c: 1 }, to: { c: 2 } },
    ])
  })

  test('a difference beyond the limits is reported as truncated', () => {
    const deep = (bottom: unknown) => {
      let value = bottom
      for (let level = 0; level < 50; level += 1) value = { value }
      return value
    }
    expect(diff(deep(1), deep(2)).truncated).toBe(true)
  })
})
