const pool = new Uint8Array(4_096)
let used = pool.length

/** Random bytes from a pool, since asking the platform for sixteen at a time is slow. Valid until the next call. */
export function randomBytes(count: number): Uint8Array {
  if (used + count > pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  used += count
  return pool.subarray(used - count, used)
}
