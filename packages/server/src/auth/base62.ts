const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** Bytes from here on would make some digits more likely than others. */
const UNBIASED_LIMIT = 256 - (256 % DIGITS.length)

/** Returns random digits of 5.95 bits each. */
export function randomBase62(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(2 * length))) {
      if (byte < UNBIASED_LIMIT && text.length < length) text += DIGITS.charAt(byte % DIGITS.length)
    }
  }
  return text
}

const CRC32_POLYNOMIAL = 0xedb88320

/** Returns the CRC-32 (ISO 3309, as in zip) of ASCII text as six digits. */
export function crc32ToBase62(text: string): string {
  let crc = 0xffffffff
  for (let index = 0; index < text.length; index += 1) {
    crc ^= text.charCodeAt(index)
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? CRC32_POLYNOMIAL : 0)
  }
  let rest = (crc ^ 0xffffffff) >>> 0
  let digits = ''
  while (digits.length < 6) {
    digits = DIGITS.charAt(rest % DIGITS.length) + digits
    rest = Math.floor(rest / DIGITS.length)
  }
  return digits
}
