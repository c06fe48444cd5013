import { WhodidError } from '@whodid/core'
import { expect, test } from 'vitest'
import { getCause, isDataError, toStoreError } from './errors.ts'

test('a value that the database rejects is a data error, also after its conversion', () => {
  const error = Object.assign(new Error('invalid byte sequence'), { code: '22021' })
  expect(isDataError(getCause(toStoreError(error)))).toBe(true)
})

test('a missing role is no data error, so no event is rejected for it', () => {
  const cause = Object.assign(new Error('role "whodid_ingest" does not exist'), { code: '22023' })
  const error = new WhodidError('store_unavailable', 'Cannot use the role whodid_ingest.', { cause })
  expect(isDataError(getCause(toStoreError(error)))).toBe(false)
})
