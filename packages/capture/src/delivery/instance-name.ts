/** Creates the default name of a process: host name, process id, and a random part. Runtimes without Node have only the last. */
export function createInstanceName(): string {
  const random = Array.from(crypto.getRandomValues(new Uint8Array(3)), (byte) => byte.toString(16).padStart(2, '0'))
  if (typeof process === 'undefined') return random.join('')
  const host = process.getBuiltinModule?.('node:os')?.hostname() ?? 'unknown'
  return `${host}:${process.pid}:${random.join('')}`
}
