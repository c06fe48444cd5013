import { ERROR_STATUS, type ErrorCode, WhodidError } from '@whodid/core'
import { toProblem } from '../errors.ts'
import { getParameters } from '../http/query.ts'
import { hasBody, type Operation } from '../operations/operation.ts'

const text = { schema: { type: 'string' } } as const

/** The headers that answers have. */
export const HEADERS = {
  ETag: {
    ...text,
    description: 'Of this answer, for If-None-Match. Weak, since compression on the way changes bytes.',
    example: 'W/"0a1b2c3d4e5f60718293a4b5c6d7e8f9"',
  },
  CacheControl: {
    ...text,
    description: 'no-store for activity; private, no-cache for what only labels it.',
    example: 'no-store',
  },
  RateLimit: {
    ...text,
    description: 'What is left to this caller, and in how many seconds the rest comes back.',
    example: '"calls";r=599;t=1',
  },
  RateLimitPolicy: {
    ...text,
    description: 'How many calls or events, in how many seconds.',
    example: '"calls";q=600;w=60',
  },
  RetryAfter: { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 0 }, example: 2 },
  WWWAuthenticate: { ...text, description: 'How one signs in.', example: 'Bearer realm="whodid"' },
  ContentDisposition: { ...text, description: 'The name of the file.', example: 'attachment; filename="activity.csv"' },
  WhodidUpTo: { ...text, description: 'Where the export ends: upTo, to get the same events again.', example: '64' },
  ContentEncoding: { ...text, description: 'gzip, when Accept-Encoding takes it.', example: 'gzip' },
} as const

function createHeaderRef(name: keyof typeof HEADERS) {
  return { $ref: `#/components/headers/${name}` }
}

const RATE_LIMIT_HEADERS = { RateLimit: createHeaderRef('RateLimit'), 'RateLimit-Policy': createHeaderRef('RateLimitPolicy') }

const PROBLEMS: { readonly [status: number]: { readonly because: string; readonly headers?: object } } = {
  400: { because: 'The input is not what the route takes; the detail names the field or parameter.' },
  401: { because: 'Nobody is signed in.', headers: { 'WWW-Authenticate': createHeaderRef('WWWAuthenticate') } },
  403: { because: 'Whoever asks may not do this, or not in this tenant.' },
  404: { because: 'There is no such thing, or none that whoever asks may see.' },
  409: { because: 'It cannot be done as things stand.' },
  413: { because: 'More than 1 MiB, 1,000 events, 64 levels, or 2,000 events asked for at once.' },
  415: { because: 'The body is not application/json, or is compressed with something else than gzip.' },
  422: { because: 'The event cannot be stored.' },
  429: { because: 'Too many calls.', headers: { 'Retry-After': createHeaderRef('RetryAfter'), ...RATE_LIMIT_HEADERS } },
  503: {
    because: 'The service is closing or overloaded, or its store is away.',
    headers: { 'Retry-After': createHeaderRef('RetryAfter') },
  },
}

function isCode(name: string): name is ErrorCode {
  return name in ERROR_STATUS
}

function findCodes(status: number): readonly ErrorCode[] {
  return Object.keys(ERROR_STATUS)
    .filter(isCode)
    .filter((code) => ERROR_STATUS[code] === status)
}

const PROBLEM_SCHEMA = { $ref: '#/components/schemas/Problem' }

function describeProblem(status: number) {
  const { because, headers } = PROBLEMS[status] ?? { because: 'What went wrong.' }
  const codes = findCodes(status)
  const examples = Object.fromEntries(codes.map((code) => [code, { value: toProblem(new WhodidError(code, because)) }]))
  return {
    description: `${because} ${codes.length > 1 ? 'Codes' : 'Code'}: ${codes.join(', ')}.`,
    ...(headers && { headers }),
    content: { 'application/problem+json': { schema: PROBLEM_SCHEMA, examples } },
  }
}

const PROBLEM_STATUSES = Object.keys(PROBLEMS)
  .map(Number)
  .filter((status) => findCodes(status).length > 0)

/** The answers that many routes share. */
export const SHARED_RESPONSES = {
  NotModified: {
    description: 'The same as what If-None-Match names: nothing is sent.',
    headers: { ETag: createHeaderRef('ETag'), 'Cache-Control': createHeaderRef('CacheControl') },
  },
  Problem: {
    description: 'What went wrong.',
    content: { 'application/problem+json': { schema: PROBLEM_SCHEMA } },
  },
  ...Object.fromEntries(PROBLEM_STATUSES.map((status) => [`Problem${status}`, describeProblem(status)])),
}

function findProblemStatuses(operation: Operation): readonly number[] {
  const { route, requires } = operation
  const isList = getParameters(operation).all.some(({ name }) => name === 'cursor' || name === 'offset')
  const possible = {
    400: true,
    401: requires !== 'nothing',
    403: requires !== 'nothing' && requires !== 'viewer',
    404: route.path.endsWith('}'),
    409: route.method === 'PUT' || (route.method === 'POST' && requires === 'admin'),
    413: hasBody(route) || isList,
    415: hasBody(route),
    429: requires !== 'nothing',
    503: true,
  }
  return Object.entries(possible)
    .filter(([status, is]) => is && PROBLEM_STATUSES.includes(Number(status)))
    .map(([status]) => Number(status))
}

/** Whether an answer has an ETag. */
export function hasEtag({ route, responseType }: Operation): boolean {
  return route.method === 'GET' && responseType === undefined
}

function describeHeaders(operation: Operation) {
  return {
    'Cache-Control': createHeaderRef('CacheControl'),
    ...(hasEtag(operation) && { ETag: createHeaderRef('ETag') }),
    ...(operation.responseType === 'file' && {
      'Content-Disposition': createHeaderRef('ContentDisposition'),
      'Content-Encoding': createHeaderRef('ContentEncoding'),
      'Whodid-Up-To': createHeaderRef('WhodidUpTo'),
    }),
    ...(operation.requires !== 'nothing' && RATE_LIMIT_HEADERS),
  }
}

/** Every answer of a verb's route: its own with `content`, and what may go wrong. */
export function describeResponses(operation: Operation, content: object) {
  return {
    200: { description: operation.responseType ? 'A stream.' : 'The answer.', headers: describeHeaders(operation), content },
    ...(hasEtag(operation) && { 304: { $ref: '#/components/responses/NotModified' } }),
    ...Object.fromEntries(
      findProblemStatuses(operation).map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
    ),
    default: { $ref: '#/components/responses/Problem' },
  }
}
