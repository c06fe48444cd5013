import { ERROR_STATUS } from '@whodid/core'
import { z } from 'zod'
import type { Caller } from './world.ts'

const CODES = z.enum(Object.keys(ERROR_STATUS))

const problem = z.looseObject({
  type: z.string(),
  title: z.string().min(1),
  status: z.int(),
  code: CODES,
  detail: z.string().min(1),
})

const trpcError = z.looseObject({
  error: z.looseObject({
    code: z.int(),
    message: z.string().min(1),
    data: z.looseObject({ whodid: CODES, httpStatus: z.int().min(400).max(499) }),
  }),
})

const trpcAnswer = z.union([z.looseObject({ result: z.looseObject({}) }), trpcError])

/** An answer as it came, its body decoded. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** Where the service says more of itself than it should. */
const INTERNALS =
  /\n\s+at .+:\d+:\d+|node_modules|file:\/\/|PGlite|syntax error at|whodid\.(events|ledger)\b|violates|SQLSTATE/

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Cursors are only written in another alphabet. */
function decodeCursors(text: string): string {
  return [...text.matchAll(/"nextCursor":"([\w-]+)"/g)]
    .map(([, cursor = '']) => Buffer.from(cursor, 'base64url').toString('utf8'))
    .join('\n')
}

function findTrpcProblem({ status, headers, text }: Answer): string | null {
  const type = headers.get('content-type') ?? ''
  if (/"httpStatus":5\d\d/.test(text)) return 'a call of the batch failed'
  if (type.startsWith('text/event-stream')) return null
  if (!type.startsWith('application/json')) return `tRPC answered as ${type}`
  // A streamed batch, whose shape is tRPC's own.
  if (headers.get('transfer-encoding') === 'chunked') return null
  const value = parseJson(text)
  if (status >= 400 && !Array.isArray(value) && !trpcError.safeParse(value).success) return 'no error of tRPC'
  const answers = z.union([trpcAnswer, z.array(trpcAnswer)])
  return answers.safeParse(value).success ? null : 'no answer of tRPC'
}

function findRestProblem({ status, headers, text }: Answer): string | null {
  const type = headers.get('content-type') ?? ''
  if (headers.get('x-content-type-options') !== 'nosniff') return 'its type may be guessed'
  if (status >= 400) {
    if (type !== 'application/problem+json') return `an error as ${type}`
    const read = problem.safeParse(parseJson(text))
    if (!read.success) return 'no problem details'
    return read.data.status === status ? null : `${status} says it is ${read.data.status}`
  }
  if (type.startsWith('application/json')) return parseJson(text) === undefined ? 'no JSON' : null
  return /^(text\/(csv|event-stream|html)|application\/(x-ndjson|gzip|zip))/.test(type) ? null : `an answer as ${type}`
}

/** What is wrong with an answer; null when it is as it must be, however wrong the request. */
export function findProblem(answer: Answer, path: string, method: string, { forbidden }: Caller): string | null {
  const { status, text } = answer
  if (status >= 500) return `status ${status}`
  const seen = `${text}\n${decodeCursors(text)}\n${[...answer.headers].join('\n')}`.toUpperCase()
  const leaked = forbidden.find((word) => seen.includes(word))
  if (leaked !== undefined) return `${leaked} has leaked`
  // Events may hold anything; what is refused holds what the service says.
  if (status >= 400 && INTERNALS.test(text)) return 'it says too much'
  if (method === 'HEAD' || status === 204 || status === 304) return text === '' ? null : 'a body where there is none'
  // A path that cannot be decoded is nobody's yet.
  const undecoded = status === 400 && answer.headers.get('content-type') === 'application/problem+json'
  return path.startsWith('/trpc/') && !undecoded ? findTrpcProblem(answer) : findRestProblem(answer)
}
