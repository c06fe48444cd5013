/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** From 0 to below 1. */
  next(): number
  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number
  pick<const T extends readonly [unknown, ...unknown[]]>(from: T): T[number]
  /** One of those with weights. */
  weighted<T extends { readonly weight: number }>(from: readonly [T, ...T[]]): T
}

/** Mulberry32: small, and good enough to make up a week. */
export function seededRandom(seed: number): Random {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    whole: (least, most) => least + Math.floor(next() * (most - least + 1)),
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
