import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { writeFetchResponse } from './fetch.ts'

/** Sends a request, disconnects, and only then writes the response. */
async function writeAfterDisconnect(body: ReadableStream<Uint8Array>): Promise<void> {
  let written: Promise<void> | undefined
  const server = createServer((_req, res) => {
    written = once(res, 'close').then(() => writeFetchResponse(new Response(body), res))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const client = connect(port, '127.0.0.1')
  client.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
  await once(server, 'request')
  client.destroy()
  await written
  server.close()
}

test('a silent body is canceled when the client disconnects before the head', async () => {
  let isCanceled = false
  await writeAfterDisconnect(
    new ReadableStream({
      cancel() {
        isCanceled = true
      },
    }),
  )
  expect(isCanceled).toBe(true)
})

test.each([
  ['at once', (controller: ReadableStreamDefaultController) => controller.error(new Error('Aborted.'))],
  ['later', (controller: ReadableStreamDefaultController) => setImmediate(() => setImmediate(() => fail(controller)))],
])('a body that fails %s does not crash the process when the client has disconnected', async (_when, start) => {
  const crashes: unknown[] = []
  const onCrash = (error: unknown) => crashes.push(error)
  process.on('uncaughtException', onCrash)
  try {
    await writeAfterDisconnect(new ReadableStream({ start }))
    await new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))))
  } finally {
    process.off('uncaughtException', onCrash)
  }
  expect(crashes).toEqual([])
})

function fail(controller: ReadableStreamDefaultController): void {
  try {
    controller.error(new Error('Aborted.'))
  } catch {
    // The stream is canceled already.
  }
}
