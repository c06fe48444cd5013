import { createRandom } from './random.ts'

const DAY_MS = 86_400_000
/** The end of the year that a data set covers. */
export const END = Date.UTC(2026, 10, 20)
export const START = END - 365 * DAY_MS

/** Twenty organizations: the first has half of all events, each further one fewer. */
export const TENANTS: readonly string[] = Array.from(
  { length: 20 },
  (_, at) => `org_${String(at + 1).padStart(2, '0')}`,
)
export const BIG_TENANT = 'org_01'
const harmonicSum = TENANTS.slice(1).reduce((sum, _, at) => sum + 1 / (at + 1), 0)
export const SHARES: readonly number[] = TENANTS.map((_, at) => (at === 0 ? 0.5 : 0.5 / at / harmonicSum))

/** The part of a data set in one partition. */
export interface Month {
  readonly index: number
  readonly from: number
  readonly to: number
  readonly rows: number
  /** Each tenant's last seq before this month. */
  readonly lastSeqs: readonly number[]
}

function getNextMonth(ms: number): number {
  const date = new Date(ms)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
}

/**
 * Creates a function that picks the tenant of the next event. It has its own random numbers, so that sequence numbers can be
 * planned ahead.
 */
export function createTenantPicker(index: number): () => number {
  const random = createRandom(1_000 + index)
  return () => {
    let rest = random.fraction()
    for (let at = 0; at < SHARES.length - 1; at += 1) {
      rest -= SHARES[at] ?? 0
      if (rest < 0) return at
    }
    return SHARES.length - 1
  }
}

/** Splits a data set into months that can be generated independently. */
export function planMonths(rows: number): readonly Month[] {
  const months: Month[] = []
  const seqs = TENANTS.map(() => 0)
  let done = 0
  for (let from = START; from < END; from = getNextMonth(from)) {
    const to = Math.min(getNextMonth(from), END)
    const upTo = Math.round((rows * (to - START)) / (END - START))
    const month = { index: months.length, from, to, rows: upTo - done, lastSeqs: [...seqs] }
    const tenant = createTenantPicker(month.index)
    for (let row = 0; row < month.rows; row += 1) {
      const at = tenant()
      seqs[at] = (seqs[at] ?? 0) + 1
    }
    done = upTo
    months.push(month)
  }
  return months
}

/** Returns each tenant's last seq in the data set. */
export function getLastSeqs(rows: number): readonly (readonly [tenantId: string, seq: number])[] {
  const last = planMonths(rows).at(-1)
  if (last === undefined) return []
  const seqs = [...last.lastSeqs]
  const tenant = createTenantPicker(last.index)
  for (let row = 0; row < last.rows; row += 1) {
    const at = tenant()
    seqs[at] = (seqs[at] ?? 0) + 1
  }
  return TENANTS.map((tenantId, at) => [tenantId, seqs[at] ?? 0])
}
