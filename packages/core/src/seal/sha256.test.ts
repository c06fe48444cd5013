import { createHash } from 'node:crypto'
import { sha256 as sha256InScript } from '@noble/hashes/sha2.js'
import { expect, test } from 'vitest'
import { bytesToHex } from '../event/id.ts'
import { nativeText, sha256, toBase64Url } from './canonical.ts'

test('the platform and JavaScript compute equal hashes for any part of a buffer', () => {
  const buffer = Uint8Array.from({ length: 300 }, (_, at) => (at * 37) % 251)
  expect(sha256).not.toBe(sha256InScript)
  for (let length = 0; length < 200; length += 1) {
    const bytes = buffer.subarray(length % 7, (length % 7) + length)
    const hash = bytesToHex(sha256(bytes))
    expect(hash).toBe(bytesToHex(sha256InScript(bytes)))
    expect(hash).toBe(createHash('sha256').update(bytes).digest('hex'))
  }
})

test('the platform and JavaScript encode text equally', () => {
  for (const text of ['', 'a', 'Ada', '["salt","/actor/name","Łódź 東京 🚀"]', 'x'.repeat(2_000)]) {
    const bytes = new TextEncoder().encode(text)
    expect(nativeText?.base64url(text)).toBe(toBase64Url(bytes))
    expect(nativeText?.hash(text)).toBe(toBase64Url(sha256InScript(bytes)))
  }
})
