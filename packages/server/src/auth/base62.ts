const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** The bytes below it stand for each digit equally often. */
const FAIR = 256 - (256 % DIGITS.length)

/** Random digits: 5.95 bits each. */
export function randomBase62(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(2 * length))) {
      if (byte < FAIR && text.length < length) text += DIGITS.charAt(byte % DIGITS.length)
    }
  }
  return text
}

const CRC32_POLYNOMIAL = 0xedb88320

/** The CRC-32 of ASCII text (ISO 3309, as zip and GitHub have it) in six digits. */
export function crc32InBase62(text: string): string {
  let crc = 0xffffffff
  for (let at = 0; at < text.length; at += 1) {
    crc ^= text.charCodeAt(at)
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
