/** Formats keys as a JSON pointer (RFC 6901): `['a/b', 0]` is `/a~1b/0`. */
export function formatPointer(keys: readonly (string | number)[]): string {
  let pointer = ''
  for (const key of keys) pointer += `/${typeof key === 'number' ? key : escapeKey(key)}`
  return pointer
}

function escapeKey(key: string): string {
  return key.includes('~') || key.includes('/') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key
}

/** Parses a JSON pointer into keys. */
export function parsePointer(pointer: string): string[] {
  if (pointer === '') return []
  const keys = pointer.slice(1).split('/')
  return pointer.includes('~') ? keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')) : keys
}
