interface Closable {
  flush(): Promise<void>
  close(): Promise<void>
}

const open = new Set<Closable>()

/** Delivers what a trail still holds when the process is asked to end, or has nothing left to do. */
export function closeAtEnd(trail: Closable): () => void {
  if (open.size === 0) {
    process.on('SIGTERM', onTerminate)
    process.on('beforeExit', onIdle)
  }
  open.add(trail)
  return () => {
    open.delete(trail)
    if (open.size > 0) return
    process.off('SIGTERM', onTerminate)
    process.off('beforeExit', onIdle)
  }
}

async function onTerminate(): Promise<void> {
  // A host that listens itself is still answering requests, and closes its trail when it has: until then, no event is refused.
  if (process.listenerCount('SIGTERM') > 1) {
    await Promise.all(Array.from(open, (trail) => trail.flush()))
    return
  }
  await Promise.all(Array.from(open, (trail) => trail.close()))
  process.off('SIGTERM', onTerminate)
  process.kill(process.pid, 'SIGTERM')
}

async function onIdle(): Promise<void> {
  await Promise.all(Array.from(open, (trail) => trail.close()))
}
