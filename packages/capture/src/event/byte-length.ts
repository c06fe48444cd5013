const encoder = new TextEncoder()

/** Returns the number of bytes of a text in UTF-8. */
export function getByteLength(text: string): number {
  return typeof Buffer === 'undefined' ? encoder.encode(text).length : Buffer.byteLength(text)
}
