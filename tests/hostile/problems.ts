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

/** A response with its decoded body. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** Matches texts that reveal internals. */
const INTERNALS =
  /\n\s+at .+:\d+:\d+|node_modules|file:\/\/|PGlite|syntax error at|whodid\.(events|ledger)\b|violates|SQLSTATE/

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Decodes the cursors in a response, which may contain values. */
function decodeCursors(text: string): string {
  return [...text.matchAll(/"nextCursor":"([\w-]+)"/g)]
    .map(([, cursor = '']) => Buffer.from(cursor, 'base64url').toString('utf8'))
    .join('\n')
}

function findTrpcProblem({ status, headers, text }: Answer): string | null {
  const type = headers.get('content-type') ?? ''
  if (/"httpStatus":5\d\d/.test(text)) return 'a call of the batch failed'
  if (type.startsWith('text/event-stream')) return null
  if (!type.startsWith('application/json')) return `tRPC response with type ${type}`
  // A streamed batch in a format of tRPC.
  if (headers.get('transfer-encoding') === 'chunked') return null
  const value = parseJson(text)
  if (status >= 400 && !Array.isArray(value) && !trpcError.safeParse(value).success) return 'not a tRPC error'
  const answers = z.union([trpcAnswer, z.array(trpcAnswer)])
  return answers.safeParse(value).success ? null : 'not a tRPC response'
}

function findRestProblem({ status, headers, text }: Answer): string | null {
  const type = headers.get('content-type') ?? ''
  if (headers.get('x-content-type-options') !== 'nosniff') return 'nosniff is missing'
  if (status >= 400) {
    if (type !== 'application/problem+json') return `error with type ${type}`
    const read = problem.safeParse(parseJson(text))
    if (!read.success) return 'not problem details'
    return read.data.status === status ? null : `status ${status} with ${read.data.status} in the body`
  }
  if (type.startsWith('application/json')) return parseJson(text) === undefined ? 'not JSON' : null
  return /^(text\/(csv|event-stream|html)|application\/(x-ndjson|gzip|zip))/.test(type)
    ? null
    : `response with type ${type}`
}

/** Finds what is wrong with a response. Returns null for a correct one, also when the request was invalid. */
export function findProblem(answer: Answer, path: string, method: string, { forbidden }: Caller): string | null {
  const { status, text } = answer
  if (status >= 500) return `status ${status}`
  const seen = `${text}\n${decodeCursors(text)}\n${[...answer.headers].join('\n')}`.toUpperCase()
  const leaked = forbidden.find((word) => seen.includes(word))
  if (leaked !== undefined) return `${leaked} was leaked`
  // Events may contain anything, but errors contain only texts of the service.
  if (status >= 400 && INTERNALS.test(text)) return 'internals in an error'
  if (method === 'HEAD' || status === 204 || status === 304) return text === '' ? null : 'a body where none is allowed'
  // A path that cannot be decoded is rejected before tRPC.
  const undecoded = status === 400 && answer.headers.get('content-type') === 'application/problem+json'
  return path.startsWith('/trpc/') && !undecoded ? findTrpcProblem(answer) : findRestProblem(answer)
}
