/** A matcher such as `expect.any(String)` of vitest, Jest, or another test framework. */
export interface AsymmetricMatcher {
  asymmetricMatch(received: unknown): boolean
}

/** A part of a value: any of its members, at any depth, each a value or a matcher. Arrays have all their items. */
export type Pattern<T> =
  | AsymmetricMatcher
  | (T extends readonly (infer Item)[]
      ? readonly Pattern<Item>[]
      : T extends object
        ? { readonly [K in keyof T]?: Pattern<T[K]> }
        : T)

/** A place where a value differs from a pattern. */
export interface Difference {
  /** The path of the place, such as `resource.id` or `changes[0].path`. */
  readonly path: string
  readonly expected: unknown
  readonly received: unknown
}

/** Lists the places where a value differs from a pattern. Members that the pattern does not name may have any value. */
export function findDifferences(expected: unknown, received: unknown, path = ''): Difference[] {
  if (isMatcher(expected)) return expected.asymmetricMatch(received) ? [] : [{ path, expected, received }]
  if (Array.isArray(expected) && Array.isArray(received) && expected.length === received.length)
    return expected.flatMap((item, index) => findDifferences(item, received[index], `${path}[${index}]`))
  if (isRecord(expected) && isRecord(received))
    return Object.entries(expected).flatMap(([key, member]) =>
      findDifferences(member, received[key], path === '' ? key : `${path}.${key}`),
    )
  return Object.is(expected, received) ? [] : [{ path, expected, received }]
}

/** Returns the part of a value that a pattern names, so that a diff of the two is short. Matchers that match equal themselves. */
export function pickExpected(expected: unknown, received: unknown): unknown {
  if (isMatcher(expected)) return expected.asymmetricMatch(received) ? expected : received
  if (!isRecord(expected) || !isRecord(received)) return received
  const named = Object.entries(expected).filter(([key]) => key in received)
  return Object.fromEntries(named.map(([key, member]) => [key, pickExpected(member, received[key])]))
}

function isMatcher(value: unknown): value is AsymmetricMatcher {
  return (
    typeof value === 'object' &&
    value !== null &&
    'asymmetricMatch' in value &&
    typeof value.asymmetricMatch === 'function'
  )
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
