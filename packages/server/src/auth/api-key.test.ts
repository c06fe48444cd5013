import { expect, test } from 'vitest'
import { generateApiKey, parseApiKeyId } from './api-key.ts'
import { crc32ToBase62, randomBase62 } from './base62.ts'

test('a key contains its prefix, scopes and id', () => {
  const { id, key } = generateApiKey(['export', 'read'])
  expect(key).toMatch(/^whodid_read_export_[0-9A-Za-z]{40}$/)
  expect(key.startsWith(`whodid_read_export_${id}`)).toBe(true)
  expect(parseApiKeyId(key)).toBe(id)
  expect(generateApiKey(['ingest']).key).toMatch(/^whodid_ingest_[0-9A-Za-z]{40}$/)
})

test('a key has at least 128 random bits besides its id and checksum', () => {
  const { id, key } = generateApiKey(['read'])
  const secret = key.slice(`whodid_read_${id}`.length, -6)
  expect(secret.length * Math.log2(62)).toBeGreaterThanOrEqual(128)
  const all = Array.from({ length: 500 }, () => generateApiKey(['read']))
  expect(new Set(all.map((made) => made.key.slice(-28, -6))).size).toBe(500)
  expect(new Set(all.map((made) => made.id)).size).toBe(500)
})

test('all digits are equally likely', () => {
  const counts = new Map<string, number>()
  const digits = Array.from({ length: 62 }, () => randomBase62(1_000)).join('')
  for (const digit of digits) counts.set(digit, (counts.get(digit) ?? 0) + 1)
  expect(counts.size).toBe(62)
  // Plain bytes modulo 62 would give each of the first eight digits about 1,211.
  const firstEight = [...'01234567'].reduce((sum, digit) => sum + (counts.get(digit) ?? 0), 0) / 8
  expect(firstEight).toBeLessThan(1_100)
  expect(firstEight).toBeGreaterThan(900)
})

test('the checksum is the CRC-32 of zip and GitHub', () => {
  // Its check value is 0xcbf43926.
  expect([...crc32ToBase62('123456789')].reduce((sum, digit) => sum * 62 + getDigitValue(digit), 0)).toBe(0xcbf43926)
  expect(crc32ToBase62('')).toBe('000000')
})

function getDigitValue(digit: string) {
  return '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'.indexOf(digit)
}

test('the checksum detects one wrong, missing, doubled or swapped character', () => {
  const { key } = generateApiKey(['admin'])
  const prefix = 'whodid_'.length
  for (let at = prefix; at < key.length; at += 1) {
    const char = key.charAt(at)
    const other = char === 'x' ? 'y' : 'x'
    expect(parseApiKeyId(key.slice(0, at) + other + key.slice(at + 1))).toBe('mistyped')
    expect(parseApiKeyId(key.slice(0, at) + key.slice(at + 1))).toBe('mistyped')
    expect(parseApiKeyId(key.slice(0, at) + char + key.slice(at))).toBe('mistyped')
    const next = key.charAt(at + 1)
    if (next !== '' && next !== char) {
      expect(parseApiKeyId(key.slice(0, at) + next + char + key.slice(at + 2))).toBe('mistyped')
    }
  }
  expect(parseApiKeyId('whodid_')).toBe('mistyped')
  expect(parseApiKeyId('a-key-of-the-host-itself')).toBeNull()
})
