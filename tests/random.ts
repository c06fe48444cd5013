/** Pseudorandom numbers. The same seed gives the same numbers. */
export interface Random {
  /** Returns an integer from 0 to below `below`. */
  integer(below: number): number
  chance(probability: number): boolean
  pick<T>(of: readonly T[]): T
}

/** Creates a Mulberry32 generator. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (below: number) => Math.floor(next() * below)
  return {
    integer: int,
    chance: (probability) => next() < probability,
    pick: (of) => {
      const [picked] = of.slice(int(of.length))
      if (picked === undefined) throw new Error('There is nothing to pick from.')
      return picked
    },
  }
}

/** The seed of a run. @default the environment variable `WHODID_SEED`, or a constant */
export const SEED = Number(process.env.WHODID_SEED ?? 20_261_121)
