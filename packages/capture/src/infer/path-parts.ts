/** One segment of a path: a fixed word, or a value, with the parameter's name where the route gave one. */
export interface PathPart {
  readonly text: string
  readonly value: boolean
  readonly param: string | undefined
}

function isSplat(segment: string) {
  return segment.startsWith('*') || /^(?:\(\.\*\)|:\w+(?:\*|\+|\(\.\*\)|\(\.\+\)))$/.test(segment)
}

function isOptional(segment: string) {
  return segment.endsWith('?')
}

/** The segments of a path with their values, told apart by the route's pattern; by their looks where there is none. */
export function partsOf(path: string, pattern: string | null): PathPart[] {
  const actual = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decoded)
  if (pattern === null) return byLooks(actual)
  const expected = pattern
    .replace(/[{}]/g, '')
    .split('/')
    .filter((segment) => segment !== '')
  const surplus = expected.length - actual.length
  // Of optional parameters that the path leaves out, the last ones are missing.
  if (surplus > 0)
    for (let at = expected.length - 1, left = surplus; at >= 0 && left > 0; at -= 1)
      if (isOptional(expected[at] ?? '')) {
        expected.splice(at, 1)
        left -= 1
      }
  const parts: PathPart[] = []
  let at = 0
  expected.forEach((segment, index) => {
    if (isSplat(segment)) {
      const rest = actual.length - at - (expected.length - index - 1)
      parts.push(...byLooks(actual.slice(at, at + Math.max(0, rest))))
      at += Math.max(0, rest)
      return
    }
    const text = actual[at]
    at += 1
    if (text === undefined) return
    const name = /:(?:"([^"]+)"|(\w+))/.exec(segment)
    if (name === null) parts.push({ text: segment.replace(/\\/g, ''), value: false, param: undefined })
    else parts.push({ text, value: true, param: name[1] ?? name[2] })
  })
  return parts
}

/** The texts of a path's parts, when it has as many as its route. */
export function valuesOf(path: string, count: number): readonly string[] | undefined {
  const segments = path.split('/')
  if (segments.at(-1) === '') segments.pop()
  segments.shift()
  if (segments.length !== count || segments.includes('')) return undefined
  return path.includes('%') ? segments.map(decoded) : segments
}

/** The pattern that a path without a route seems to follow: `/api/projects/p1` is `/api/projects/:id`. */
export function patternByLooks(path: string): string {
  return `/${partsOf(path, null)
    .map((part) => (part.value ? ':id' : part.text))
    .join('/')}`
}

function byLooks(segments: readonly string[]): PathPart[] {
  return segments.map((text) => ({ text, value: looksLikeId(text), param: undefined }))
}

/** Numbers, UUIDs, hashes, and anything that mixes letters with digits as identifiers do. */
function looksLikeId(text: string): boolean {
  if (/^v\d+(?:\.\d+)*$|^(?:oauth|s|web|utf|ipv?)\d{1,2}$|^\d?[fm]fa$/i.test(text)) return false
  if (/^\d+$|^[0-9a-f]{8}-[0-9a-f-]{27}$|@/i.test(text)) return true
  // What cannot be decoded, and what looks like an assignment, names no type.
  if (text.length > 40 || /[%=]/.test(text)) return true
  return /\d/.test(text) && (/[_-]/.test(text) || /^[a-z]{1,4}\d+$/i.test(text) || text.length >= 8)
}

function decoded(segment: string): string {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
