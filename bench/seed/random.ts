/** A seeded random number generator (sfc32). */
export interface Random {
  /** A number from 0 to below 1. */
  fraction(): number
  /** An integer from 0 to below `end`. */
  below(end: number): number
  /** An integer from 0 to below `count`, skewed to low values: the chance of the n-th is about 1 in n. */
  skewed(count: number): number
  pick<T>(from: readonly T[]): T
  hex(digits: number): string
}

export function createRandom(seed: number): Random {
  let a = 0x9e3779b9 ^ seed
  let b = 0x243f6a88
  let c = 0xb7e15162
  let count = seed | 1
  const next = () => {
    const sum = (((a + b) | 0) + count) | 0
    count = (count + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return sum >>> 0
  }
  for (let warm = 0; warm < 16; warm += 1) next()
  const fraction = () => next() / 4_294_967_296
  const below = (end: number) => Math.floor(fraction() * end)
  return {
    fraction,
    below,
    skewed: (count) => Math.min(Math.floor((count + 1) ** fraction()) - 1, count - 1),
    pick(from) {
      const picked = from[below(from.length)]
      if (picked === undefined) throw new Error('Cannot pick from an empty list.')
      return picked
    },
    hex(digits) {
      let text = ''
      while (text.length < digits) text += next().toString(16).padStart(8, '0')
      return text.slice(0, digits)
    },
  }
}
