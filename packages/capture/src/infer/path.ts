/** A finished request, as far as an action can be read from it. */
export interface Exchange {
  readonly method: string
  /** The requested path, without a query. */
  readonly path: string
  /** The route's pattern with its full mount path; null when no route matched. */
  readonly route: string | null
  /** The values of the route's parameters, if the framework has them. */
  readonly params?: { readonly [name: string]: unknown } | undefined
  /** The name of a procedure, whose last word is the verb: `project.archive`. It replaces the path. */
  readonly call?: string | undefined
  readonly status: number
  readonly failed: boolean
  readonly requestBody: unknown
  readonly responseBody: unknown
  /** The `Location` header. */
  readonly location: string | undefined
}

/** Methods that change nothing, as RFC 9110, WebDAV and the QUERY draft define them. */
const READ_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND', 'REPORT', 'SEARCH', 'QUERY'])

/** Checks if a method changes nothing. */
export function isReadMethod(method: string): boolean {
  return READ_METHODS.has(method)
}

/** One segment of a path: a fixed word, or a value with the parameter's name if the route has one. */
export interface PathPart {
  readonly text: string
  readonly isValue: boolean
  readonly param: string | undefined
  /** True for the last word of a procedure's name. */
  readonly isVerb?: boolean | undefined
}

function isSplat(segment: string) {
  return segment.startsWith('*') || /^(?:\(\.\*\)|:\w+(?:\*|\+|\(\.\*\)|\(\.\+\)))$/.test(segment)
}

function isOptional(segment: string) {
  return segment.endsWith('?')
}

/** Splits a path into words and values by the route's pattern, or by what the segments look like without one. */
export function parsePath(path: string, pattern: string | null): PathPart[] {
  const actual = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeSegment)
  if (pattern === null) return guessParts(actual)
  const expected = pattern
    .replace(/[{}]/g, '')
    .split('/')
    .filter((segment) => segment !== '')
  removeOptional(expected, expected.length - actual.length)
  const parts: PathPart[] = []
  let next = 0
  expected.forEach((segment, index) => {
    if (isSplat(segment)) {
      const count = Math.max(0, actual.length - next - (expected.length - index - 1))
      parts.push(...guessParts(actual.slice(next, next + count)))
      next += count
      return
    }
    const text = actual[next]
    next += 1
    if (text === undefined) return
    const name = /:(?:"([^"]+)"|(\w+))/.exec(segment)
    if (name === null) parts.push({ text: segment.replace(/\\/g, ''), isValue: false, param: undefined })
    else parts.push({ text, isValue: true, param: name[1] ?? name[2] })
  })
  return parts
}

/** Removes the last optional segments of a pattern, as many as the path leaves out. */
function removeOptional(segments: string[], count: number): void {
  for (let index = segments.length - 1; index >= 0 && count > 0; index -= 1) {
    if (!isOptional(segments[index] ?? '')) continue
    segments.splice(index, 1)
    count -= 1
  }
}

/** Returns the decoded segments of a path if there are exactly `count`. */
export function parsePathValues(path: string, count: number): readonly string[] | undefined {
  const segments = path.split('/')
  if (segments.at(-1) === '') segments.pop()
  segments.shift()
  if (segments.length !== count || segments.includes('')) return undefined
  return path.includes('%') ? segments.map(decodeSegment) : segments
}

/**
 * Returns the values of a path's parts, as the framework parsed the parameters. The path decides for names that stand in it
 * more than once.
 */
export function applyParams(
  parts: readonly PathPart[],
  values: readonly string[],
  params: Exchange['params'],
): readonly string[] {
  if (params === undefined) return values
  return values.map((value, index) => {
    const param = parts[index]?.param
    const given = param === undefined ? undefined : params[param]
    if (typeof given !== 'string' || given === value) return value
    return parts.some((other, at) => at !== index && other.param === param) ? value : given
  })
}

/** Returns the values of a route's parts if the framework has parsed all parameters, for an app that rewrote the path. */
export function getParamValues(parts: readonly PathPart[], params: Exchange['params']): readonly string[] | undefined {
  if (params === undefined) return undefined
  const values = parts.map(({ text, isValue, param }) => (isValue ? params[param ?? ''] : text))
  return values.every((value) => typeof value === 'string') ? values : undefined
}

/** Guesses the pattern of a path without a route: `/api/projects/p1` becomes `/api/projects/:id`. */
export function guessPattern(path: string): string {
  return `/${parsePath(path, null)
    .map((part) => (part.isValue ? ':id' : part.text))
    .join('/')}`
}

function guessParts(segments: readonly string[]): PathPart[] {
  return segments.map((text) => ({ text, isValue: looksLikeId(text), param: undefined }))
}

/** Checks for numbers, UUIDs, hashes, and other mixes of letters and digits. */
function looksLikeId(text: string): boolean {
  if (/^v\d+(?:\.\d+)*$|^(?:oauth|s|web|utf|ipv?)\d{1,2}$|^\d?[fm]fa$/i.test(text)) return false
  if (/^\d+$|^[0-9a-f]{8}-[0-9a-f-]{27}$|@/i.test(text)) return true
  // Text that cannot be decoded, or looks like an assignment, names no type.
  if (text.length > 40 || /[%=]/.test(text)) return true
  return /\d/.test(text) && (/[_-]/.test(text) || /^[a-z]{1,4}\d+$/i.test(text) || text.length >= 8)
}

function decodeSegment(segment: string): string {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
