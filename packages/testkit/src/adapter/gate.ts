/** A promise that a test resolves. */
export interface Gate {
  readonly opened: Promise<void>
  open(): void
}

/** Creates a closed gate. */
export function createGate(): Gate {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

/** Creates a function whose promises resolve together, when it was called `count` times. */
export function createBarrier(count: number): () => Promise<void> {
  const gate = createGate()
  let arrived = 0
  return () => {
    arrived += 1
    if (arrived === count) gate.open()
    return gate.opened
  }
}
