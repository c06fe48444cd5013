import { describe, expect, test, vi } from 'vitest'
import { WhodidError } from './errors.ts'

describe('WhodidError', () => {
  test('is recognized across copies of the package', async () => {
    vi.resetModules()
    const copy = await import('./errors.ts')
    expect(copy.WhodidError).not.toBe(WhodidError)

    const error: unknown = new copy.WhodidError('not_found', 'There is no event e1.')
    if (!(error instanceof WhodidError)) throw new Error('Expected a WhodidError.')
    expect(error.code).toBe('not_found')
    expect(new WhodidError('closed', 'The trail is closed.')).toBeInstanceOf(copy.WhodidError)
  })

  test('is not any other value', () => {
    for (const value of [new Error('Not found'), { code: 'not_found' }, 'not_found', null, undefined]) {
      expect(value).not.toBeInstanceOf(WhodidError)
    }
  })

  test('has subclasses with instances of their own', () => {
    class Special extends WhodidError {}
    expect(new Special('internal', 'Special')).toBeInstanceOf(Special)
    expect(new Special('internal', 'Special')).toBeInstanceOf(WhodidError)
    expect(new WhodidError('internal', 'Plain')).not.toBeInstanceOf(Special)
  })

  test('shows no mark when it is printed or serialized', () => {
    const error = new WhodidError('internal', 'Plain')
    expect(Object.keys(error)).toEqual(['name', 'code', 'retryAfter', 'at'])
    expect(Object.getOwnPropertySymbols({ ...error })).toEqual([])
  })
})
