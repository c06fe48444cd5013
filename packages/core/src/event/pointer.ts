/** A JSON pointer (RFC 6901) of keys: `['a/b', 0]` is `/a~1b/0`. */
export function pointerOf(keys: readonly (string | number)[]): string {
  let pointer = ''
  for (const key of keys)
    pointer += `/${typeof key === 'number' ? key : key.replaceAll('~', '~0').replaceAll('/', '~1')}`
  return pointer
}

/** The keys of a JSON pointer. */
export function keysOf(pointer: string): string[] {
  return pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}
