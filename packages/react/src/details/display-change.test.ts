import { describe, expect, test } from 'vitest'
import { toDisplayChange } from './display-change.ts'

describe('a displayed change', () => {
  test('has a readable label', () => {
    expect(toDisplayChange({ path: '/settings/retryLimit', from: 3, to: 5 }).label).toBe('Settings › Retry limit')
    expect(toDisplayChange({ path: '/tags/1', to: 'brass' }).label).toBe('Tags › #2')
    expect(toDisplayChange({ path: '/a~1b', from: 1, to: 2 }).label).toContain('b')
  })

  test('marks the differing part of similar texts', () => {
    const { from, to } = toDisplayChange({ path: '/name', from: 'Engine one', to: 'Engine two' })
    expect(from).toEqual({
      type: 'value',
      isLong: false,
      pieces: [
        { text: 'Engine ', isMarked: false },
        { text: 'one', isMarked: true },
      ],
    })
    expect(to).toMatchObject({
      pieces: [
        { text: 'Engine ', isMarked: false },
        { text: 'two', isMarked: true },
      ],
    })
  })

  test('marks nothing in different texts', () => {
    expect(toDisplayChange({ path: '/name', from: 'Motor', to: 'Engine' }).to).toMatchObject({
      pieces: [{ text: 'Engine', isMarked: false }],
    })
  })

  test('does not split surrogate pairs', () => {
    const { from, to } = toDisplayChange({ path: '/name', from: 'Launch day 🚀', to: 'Launch day 🚁' })
    for (const side of [from, to]) {
      if (side.type !== 'value') throw new Error('expected a value')
      for (const { text } of side.pieces) expect(text).not.toMatch(/\p{Surrogate}/u)
    }
  })

  test('without an old value is "set", without a new value "removed"', () => {
    expect(toDisplayChange({ path: '/name', to: 'Engine' })).toMatchObject({ change: 'set', from: { type: 'empty' } })
    expect(toDisplayChange({ path: '/name', from: 'Engine' })).toMatchObject({
      change: 'removed',
      to: { type: 'empty' },
    })
    expect(toDisplayChange({ path: '/name', from: null, to: 'Engine' })).toMatchObject({ change: 'changed' })
  })

  test('shows a secret as redacted, and objects as indented JSON', () => {
    expect(toDisplayChange({ path: '/token', from: '[redacted]', to: '[redacted]' })).toMatchObject({
      from: { type: 'redacted' },
      to: { type: 'redacted' },
    })
    expect(toDisplayChange({ path: '/limits', from: null, to: { cpu: 2 } }).to).toEqual({
      type: 'value',
      isLong: true,
      pieces: [{ text: '{\n  "cpu": 2\n}', isMarked: false }],
    })
    expect(toDisplayChange({ path: '/on', from: true, to: false }).to).toMatchObject({ pieces: [{ text: 'false' }] })
  })
})
