import { connect } from 'node:net'
import type { Random } from '../random.ts'
import { createHostileText, damage } from './values.ts'

const LINES = [
  'GET /activity/api/v1/events HTTP/1.1',
  'GET /activity/api/v1/events?limit=1 HTTP/1.1',
  'GET http://elsewhere.test/activity/health HTTP/1.1',
  'GET //activity/health HTTP/1.1',
  'GET /activity/../activity/health HTTP/1.1',
  'GET /activity/api/v1/events/%00 HTTP/1.1',
  'GET /activity/trpc/list?input=%7B%7D HTTP/1.1',
  'GET /activity/docs HTTP/1.0',
  'GET /activity/health HTTP/9.9',
  'OPTIONS * HTTP/1.1',
  'CONNECT localhost:80 HTTP/1.1',
  'TRACE /activity/api/v1/events HTTP/1.1',
  'PATCH /activity/api/v1/events HTTP/1.1',
  'QUERY /activity/api/v1/events HTTP/1.1',
  'POST /activity/api/v1/events HTTP/1.1',
  'POST /activity/trpc/append HTTP/1.1',
  'POST /activity/trpc/inbox.seen,inbox.unseen?batch=1 HTTP/1.1',
  'POST /activity/api/v1/inbox/seen HTTP/1.1',
  'DELETE /activity/api/v1/keys/x HTTP/1.1',
  'HEAD /activity/api/v1/events HTTP/1.1',
]

const HOSTS = [
  'localhost',
  'a b',
  'evil.test:99999',
  '[::1',
  '',
  '\u00ff',
  'localhost, other',
  '%00',
  'a'.repeat(300),
  '@',
  '?',
]

const HEADERS = [
  'Content-Type: application/json',
  'Content-Type: application/json',
  'Content-Type: text/plain',
  'Content-Encoding: gzip',
  'Content-Encoding: br',
  'Content-Length: 5',
  'Content-Length: 0',
  'Content-Length: 100000000',
  'Content-Length: -1',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Expect: 100-continue',
  'Upgrade: websocket',
  'Upgrade: h2c',
  'Connection: upgrade, keep-alive',
  'Cookie: session=ada',
  'Cookie: session=eve',
  'Authorization: Bearer \u00ff\u00fe',
  'Authorization: Bearer acme-ingest-0123456789',
  'Last-Event-ID: 0',
  'Accept-Encoding: gzip',
  `X-Long: ${'a'.repeat(20_000)}`,
  'No colon',
  ': no name',
  'Folded: a\r\n b',
  '\u0000: \u0000',
  '__proto__: x',
  'constructor: x',
]

const BODIES = [
  '{}',
  '[]',
  '{"a":',
  '{"all":true}',
  '\u0000\u0001\u0002',
  '5\r\n{"a":\r\n0\r\n\r\n',
  'zz\r\n',
  'ffffffffff\r\n{}',
  '\u001f\u008b\u0008\u0000',
]

/** Creates the bytes of a request, as Latin-1, that is more or less invalid. */
export function createBytes(random: Random): string {
  const headers = Array.from({ length: random.integer(5) }, () => random.pick(HEADERS))
  const host = random.chance(0.9) ? [`Host: ${random.chance(0.7) ? 'localhost' : random.pick(HOSTS)}`] : []
  const text = [random.pick(LINES), ...host, ...headers, '', random.chance(0.5) ? random.pick(BODIES) : ''].join('\r\n')
  if (random.chance(0.05)) return createHostileText(random)
  if (random.chance(0.05)) return text + text
  return random.chance(0.25) ? damage(text, random) : text
}

/** Sends bytes and returns the response, or only the start of a live stream. */
export function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    const socket = connect({ port, host: '127.0.0.1' })
    socket.on('data', (part) => {
      parts.push(part)
      if (part.includes('text/event-stream')) socket.destroy()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(Buffer.concat(parts).toString('latin1')))
    socket.end(bytes, 'latin1')
  })
}
