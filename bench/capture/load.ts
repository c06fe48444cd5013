// A client of its own, because the usual HTTP clients need more CPU per request than the server that they load.
import { connect, type Socket } from 'node:net'
import { BODY, TENANT, USER } from './request.ts'

/** Requests of one slice. */
export interface LoadReport {
  readonly responses: number
}

const CONNECTIONS = 50
const REQUEST = [
  'POST /items HTTP/1.1',
  'host: 127.0.0.1',
  'user-agent: bench/1.0',
  'accept: application/json',
  `x-user: ${USER}`,
  `x-tenant: ${TENANT}`,
  'content-type: application/json',
  `content-length: ${BODY.length}`,
  '',
  BODY,
].join('\r\n')

let isStopping = false
let responses = 0

/** Returns the bytes of a response, or null while its head is incomplete. Throws for other statuses than 201. */
function findLength(chunk: Buffer): number | null {
  const head = chunk.indexOf('\r\n\r\n')
  if (head === -1) return null
  const text = chunk.toString('latin1', 0, head)
  if (!text.startsWith('HTTP/1.1 201 ')) throw new Error(`The server responded with ${text}`)
  const length = /content-length: (\d+)/i.exec(text)?.[1]
  if (length === undefined) throw new Error(`The response has no length: ${text}`)
  return head + 4 + Number(length)
}

/** Sends one request after another on a connection, until the slice ends. */
function sendRequests(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket: Socket = connect(port, '127.0.0.1', () => socket.write(REQUEST))
    let received: Buffer | null = null
    socket.setNoDelay(true)
    socket.on('data', (chunk) => {
      received = received === null ? chunk : Buffer.concat([received, chunk])
      const length = findLength(received)
      if (length === null || received.length < length) return
      received = null
      responses += 1
      if (isStopping) socket.end()
      else socket.write(REQUEST)
    })
    socket.on('close', () => {
      if (!isStopping) throw new Error('The server closed a connection.')
      resolve()
    })
  })
}

let slice: Promise<unknown> | undefined

process.on('message', async (message) => {
  if (typeof message === 'number') {
    isStopping = false
    responses = 0
    slice = Promise.all(Array.from({ length: CONNECTIONS }, () => sendRequests(message)))
  }
  if (message === 'stop') {
    isStopping = true
    await slice
    process.send?.({ responses } satisfies LoadReport)
  }
})
process.once('disconnect', () => process.exit())
process.send?.('ready')
