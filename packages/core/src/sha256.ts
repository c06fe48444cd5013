import { sha256 as inScript } from '@noble/hashes/sha2.js'

// Looked up when the program runs, since core imports nothing of a platform. It is several times as fast.
const platform = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:crypto')

/** The SHA-256 of bytes, by the platform where it has one that answers at once. */
export const sha256: (bytes: Uint8Array) => Uint8Array =
  platform?.hash === undefined ? inScript : (bytes) => platform.hash('sha256', bytes, 'buffer')
