import { sha256 as inScript } from '@noble/hashes/sha2.js'

// Looked up when the program runs, since core imports nothing of a platform. Both are several times as fast as a script.
const crypto = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:crypto')
const buffer = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:buffer')

/** The SHA-256 of bytes, by the platform where it has one that answers at once. */
export const sha256: (bytes: Uint8Array) => Uint8Array =
  crypto?.hash === undefined ? inScript : (bytes) => crypto.hash('sha256', bytes, 'buffer')

/** What the platform has for text, which a script does in two steps; undefined where it has nothing. */
export const ofText:
  | { readonly base64url: (text: string) => string; readonly hash: (text: string) => string }
  | undefined =
  crypto?.hash === undefined || buffer === undefined
    ? undefined
    : {
        base64url: (text) => buffer.Buffer.from(text).toString('base64url'),
        hash: (text) => crypto.hash('sha256', text, 'base64url'),
      }
