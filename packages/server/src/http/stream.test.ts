import { expect, test } from 'vitest'
import { createStreamResponse } from './stream.ts'

test('a disconnect while waiting for the source cancels it without an error', async () => {
  const errors: unknown[] = []
  let leave: (() => void) | undefined
  const left = new Promise<void>((resolve) => {
    leave = resolve
  })
  let awaited: (() => void) | undefined
  const waiting = new Promise<void>((resolve) => {
    awaited = resolve
  })
  async function* source() {
    yield 'first'
    awaited?.()
    await left
  }
  const response = createStreamResponse(source(), () => leave?.(), {
    headers: {},
    onError: (error) => errors.push(error),
  })
  const reader = response.body?.getReader()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('first')
  const pending = reader?.read()
  await waiting
  await reader?.cancel()
  expect(await pending).toEqual({ value: undefined, done: true })
  await left
  await new Promise((resolve) => setImmediate(resolve))
  expect(errors).toEqual([])
})
