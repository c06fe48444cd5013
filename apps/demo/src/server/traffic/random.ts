/** A pseudo-random number generator. The same seed gives the same numbers. */
export interface Random {
  /** Returns a number from 0 (inclusive) to 1 (exclusive). */
  next(): number
  /** Returns an integer from `min` to `max`, inclusive. */
  integer(min: number, max: number): number
  pick<const T extends readonly [unknown, ...unknown[]]>(from: T): T[number]
  /** Picks an option by weight. */
  weighted<T extends { readonly weight: number }>(from: readonly [T, ...T[]]): T
}

/** Creates a Mulberry32 generator. */
export function createRandom(seed: number): Random {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    integer: (min, max) => min + Math.floor(next() * (max - min + 1)),
    pick: (from) => from[Math.floor(next() * from.length)] ?? from[0],
    weighted(from) {
      let left = next() * from.reduce((sum, { weight }) => sum + weight, 0)
      for (const option of from) {
        left -= option.weight
        if (left < 0) return option
      }
      return from[0]
    },
  }
}
