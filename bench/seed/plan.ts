import { randomOf } from './random.ts'

const DAY = 86_400_000
/** The data sets are the year before this moment. */
export const END = Date.UTC(2026, 10, 20)
export const START = END - 365 * DAY

/** Twenty organisations: the first has half of all events, the others ever fewer. */
export const TENANTS: readonly string[] = Array.from(
  { length: 20 },
  (_, at) => `org_${String(at + 1).padStart(2, '0')}`,
)
export const BIG_TENANT = 'org_01'
const harmonic = TENANTS.slice(1).reduce((sum, _, at) => sum + 1 / (at + 1), 0)
export const SHARES: readonly number[] = TENANTS.map((_, at) => (at === 0 ? 0.5 : 0.5 / at / harmonic))

/** The part of a data set that one partition holds. */
export interface Stretch {
  readonly index: number
  readonly from: number
  readonly to: number
  readonly rows: number
  /** Each tenant's last seq before it. */
  readonly seqs: readonly number[]
}

function monthAfter(ms: number): number {
  const date = new Date(ms)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
}

/** Whose the next event is. Its own row of random numbers, so that places in the ledger are known before any event is made. */
export function tenantsOf(index: number): () => number {
  const random = randomOf(1_000 + index)
  return () => {
    let rest = random.fraction()
    for (let at = 0; at < SHARES.length - 1; at += 1) {
      rest -= SHARES[at] ?? 0
      if (rest < 0) return at
    }
    return SHARES.length - 1
  }
}

/** A data set in monthly parts that can be made independently of each other. */
export function planOf(rows: number): readonly Stretch[] {
  const stretches: Stretch[] = []
  const seqs = TENANTS.map(() => 0)
  let done = 0
  for (let from = START; from < END; from = monthAfter(from)) {
    const to = Math.min(monthAfter(from), END)
    const upTo = Math.round((rows * (to - START)) / (END - START))
    const stretch = { index: stretches.length, from, to, rows: upTo - done, seqs: [...seqs] }
    const tenant = tenantsOf(stretch.index)
    for (let row = 0; row < stretch.rows; row += 1) {
      const at = tenant()
      seqs[at] = (seqs[at] ?? 0) + 1
    }
    done = upTo
    stretches.push(stretch)
  }
  return stretches
}

/** Each tenant's last seq after the whole data set. */
export function headsOf(rows: number): readonly (readonly [tenantId: string, seq: number])[] {
  const last = planOf(rows).at(-1)
  if (last === undefined) return []
  const seqs = [...last.seqs]
  const tenant = tenantsOf(last.index)
  for (let row = 0; row < last.rows; row += 1) {
    const at = tenant()
    seqs[at] = (seqs[at] ?? 0) + 1
  }
  return TENANTS.map((tenantId, at) => [tenantId, seqs[at] ?? 0])
}
