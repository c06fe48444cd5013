import { ERROR_STATUS, type ErrorCode, WhodidError } from '@whodid/core'
import { toProblem } from '../errors.ts'
import { getParameters } from '../http/query.ts'
import { hasBody, type Operation } from '../operations/operation.ts'

const text = { schema: { type: 'string' } } as const

/** The headers of responses. */
export const HEADERS = {
  ETag: {
    ...text,
    description: 'The version of this response, for If-None-Match. It is weak because compression changes the bytes.',
    example: 'W/"0a1b2c3d4e5f60718293a4b5c6d7e8f9"',
  },
  CacheControl: {
    ...text,
    description: 'no-store for activity. private, no-cache for the catalog.',
    example: 'no-store',
  },
  RateLimit: {
    ...text,
    description: 'The remaining quota of the caller, and the seconds until it resets.',
    example: '"calls";r=599;t=1',
  },
  RateLimitPolicy: {
    ...text,
    description: 'The quota of calls or events, and its window in seconds.',
    example: '"calls";q=600;w=60',
  },
  RetryAfter: {
    description: 'Seconds to wait before the next attempt.',
    schema: { type: 'integer', minimum: 0 },
    example: 2,
  },
  WWWAuthenticate: { ...text, description: 'The authentication scheme.', example: 'Bearer realm="whodid"' },
  ContentDisposition: { ...text, description: 'The file name.', example: 'attachment; filename="activity.csv"' },
  WhodidUpTo: {
    ...text,
    description: 'Where the export ends. Send it as upTo to export the same events again.',
    example: '64',
  },
  ContentEncoding: { ...text, description: 'gzip, if Accept-Encoding allows it.', example: 'gzip' },
} as const

function createHeaderRef(name: keyof typeof HEADERS) {
  return { $ref: `#/components/headers/${name}` }
}

const RATE_LIMIT_HEADERS = {
  RateLimit: createHeaderRef('RateLimit'),
  'RateLimit-Policy': createHeaderRef('RateLimitPolicy'),
}

const PROBLEMS: { readonly [status: number]: { readonly description: string; readonly headers?: object } } = {
  400: { description: 'Invalid input. The detail names the field or parameter.' },
  401: { description: 'Authentication failed.', headers: { 'WWW-Authenticate': createHeaderRef('WWWAuthenticate') } },
  403: { description: 'The caller does not have permission, or not in this tenant.' },
  404: { description: 'Not found, or not visible to the caller.' },
  413: { description: 'Larger than 1 MiB, 1,000 events, 64 levels of nesting, or 2,000 requested events.' },
  415: { description: 'The body is not application/json, or its Content-Encoding is not gzip.' },
  422: { description: 'The event cannot be stored.' },
  429: {
    description: 'Rate limit exceeded.',
    headers: { 'Retry-After': createHeaderRef('RetryAfter'), ...RATE_LIMIT_HEADERS },
  },
  503: {
    description: 'The service is closing or overloaded, or its store is unavailable.',
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
  const { description, headers } = PROBLEMS[status] ?? { description: 'An error.' }
  const codes = findCodes(status)
  const examples = Object.fromEntries(
    codes.map((code) => [code, { value: toProblem(new WhodidError(code, description)) }]),
  )
  return {
    description: `${description} ${codes.length > 1 ? 'Codes' : 'Code'}: ${codes.join(', ')}.`,
    ...(headers && { headers }),
    content: { 'application/problem+json': { schema: PROBLEM_SCHEMA, examples } },
  }
}

const PROBLEM_STATUSES = Object.keys(PROBLEMS)
  .map(Number)
  .filter((status) => findCodes(status).length > 0)

/** The responses that routes share. */
export const SHARED_RESPONSES = {
  NotModified: {
    description: 'Not modified since the version in If-None-Match. The body is empty.',
    headers: { ETag: createHeaderRef('ETag'), 'Cache-Control': createHeaderRef('CacheControl') },
  },
  Problem: {
    description: 'An error.',
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
    413: hasBody(route) || isList,
    415: hasBody(route),
    429: requires !== 'nothing',
    503: true,
  }
  return Object.entries(possible)
    .filter(([status, is]) => is && PROBLEM_STATUSES.includes(Number(status)))
    .map(([status]) => Number(status))
}

/** Checks if the response of an operation has an ETag. */
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

/** Describes the responses of an operation: success with `content`, and all possible errors. */
export function describeResponses(operation: Operation, content: object) {
  return {
    200: {
      description: operation.responseType ? 'A stream.' : 'Success.',
      headers: describeHeaders(operation),
      content,
    },
    ...(hasEtag(operation) && { 304: { $ref: '#/components/responses/NotModified' } }),
    ...Object.fromEntries(
      findProblemStatuses(operation).map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
    ),
    default: { $ref: '#/components/responses/Problem' },
  }
}
