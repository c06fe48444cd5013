const skipped = new WeakSet<object>()

/** Leaves a request out: no event is inferred from it. What `trail.record` is told during it stays. Adapters mark their mounts so. */
export function skipCapture(native: object): void {
  skipped.add(native)
}

export function isSkipped(native: object): boolean {
  return skipped.has(native)
}
