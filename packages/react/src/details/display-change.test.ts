import { describe, expect, test } from 'vitest'
import { showChange } from './display-change.ts'

describe('a change to be drawn', () => {
  test('is named in words', () => {
    expect(showChange({ path: '/settings/retryLimit', from: 3, to: 5 }).label).toBe('Settings › Retry limit')
    expect(showChange({ path: '/tags/1', to: 'brass' }).label).toBe('Tags › #2')
    expect(showChange({ path: '/a~1b', from: 1, to: 2 }).label).toContain('b')
  })

  test('marks only what differs when most of a text is the same', () => {
    const { from, to } = showChange({ path: '/name', from: 'Engine one', to: 'Engine two' })
    expect(from).toEqual({
      is: 'value',
      long: false,
      pieces: [
        { text: 'Engine ', marked: false },
        { text: 'one', marked: true },
      ],
    })
    expect(to).toMatchObject({
      pieces: [
        { text: 'Engine ', marked: false },
        { text: 'two', marked: true },
      ],
    })
  })

  test('marks nothing when texts have little in common', () => {
    expect(showChange({ path: '/name', from: 'Motor', to: 'Engine' }).to).toMatchObject({
      pieces: [{ text: 'Engine', marked: false }],
    })
  })

  test('never cuts a character in two', () => {
    const { from, to } = showChange({ path: '/name', from: 'Launch day 🚀', to: 'Launch day 🚁' })
    for (const side of [from, to]) {
      if (side.is !== 'value') throw new Error('expected a value')
      for (const { text } of side.pieces) expect(text).not.toMatch(/\p{Surrogate}/u)
    }
  })

  test('without a former value is "set", without a later one "removed"', () => {
    expect(showChange({ path: '/name', to: 'Engine' })).toMatchObject({ change: 'set', from: { is: 'empty' } })
    expect(showChange({ path: '/name', from: 'Engine' })).toMatchObject({ change: 'removed', to: { is: 'empty' } })
    expect(showChange({ path: '/name', from: null, to: 'Engine' })).toMatchObject({ change: 'changed' })
  })

  test('shows a secret as redacted, and objects as indented JSON', () => {
    expect(showChange({ path: '/token', from: '[redacted]', to: '[redacted]' })).toMatchObject({
      from: { is: 'redacted' },
      to: { is: 'redacted' },
    })
    expect(showChange({ path: '/limits', from: null, to: { cpu: 2 } }).to).toEqual({
      is: 'value',
      long: true,
      pieces: [{ text: '{\n  "cpu": 2\n}', marked: false }],
    })
    expect(showChange({ path: '/on', from: true, to: false }).to).toMatchObject({ pieces: [{ text: 'false' }] })
  })
})
