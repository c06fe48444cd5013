/**
 * Names the values of parameters in a path, from its end: `/projects/:id` for `/projects/p1` and `{ id: 'p1' }`. For routers that
 * tell the parameters of a route and not its pattern. A list is a wildcard: `/files/:path*`.
 */
export function nameParams(path: string, params: { readonly [name: string]: unknown }): string {
  const segments = path.split('/')
  let end = segments.length
  for (const [name, value] of Object.entries(params).reverse()) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value]
    const start = findLastRun(segments.slice(0, end).map(decodeSegment), values)
    if (start === -1) continue
    segments.splice(start, values.length, Array.isArray(value) ? `:${name}*` : `:${name}`)
    end = start
  }
  return segments.join('/')
}

/** Joins the patterns of nested routers: one leading slash, no trailing or double ones. */
export function joinPatterns(...patterns: readonly string[]): string {
  const path = patterns
    .join('/')
    .replace(/\/{2,}/g, '/')
    .replace(/(.)\/$/, '$1')
  return path.startsWith('/') ? path : `/${path}`
}

/** Counts the segments of a path or pattern. */
export function countSegments(path: string): number {
  return path.split('/').filter((segment) => segment !== '').length
}

function findLastRun(segments: readonly string[], values: readonly unknown[]): number {
  if (values.length === 0) return -1
  for (let start = segments.length - values.length; start >= 0; start -= 1)
    if (values.every((value, index) => segments[start + index] === value)) return start
  return -1
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
