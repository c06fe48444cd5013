interface Closable {
  flush(): Promise<void>
  close(): Promise<void>
}

const openTrails = new Set<Closable>()

/**
 * Delivers the queued events of a trail on SIGTERM and when the process runs out of work. Returns a function that stops it.
 * Does nothing on a runtime without processes.
 */
export function flushOnExit(trail: Closable): () => void {
  if (typeof process === 'undefined' || typeof process.on !== 'function') return () => undefined
  if (openTrails.size === 0) {
    process.on('SIGTERM', onTerminate)
    process.on('beforeExit', onIdle)
  }
  openTrails.add(trail)
  return () => {
    openTrails.delete(trail)
    if (openTrails.size > 0) return
    process.off('SIGTERM', onTerminate)
    process.off('beforeExit', onIdle)
  }
}

async function onTerminate(): Promise<void> {
  // A host with its own SIGTERM listener may still answer requests: only flush, and let the host close the trail.
  if (process.listenerCount('SIGTERM') > 1) {
    await Promise.all(Array.from(openTrails, (trail) => trail.flush()))
    return
  }
  await Promise.all(Array.from(openTrails, (trail) => trail.close()))
  process.off('SIGTERM', onTerminate)
  process.kill(process.pid, 'SIGTERM')
}

async function onIdle(): Promise<void> {
  await Promise.all(Array.from(openTrails, (trail) => trail.close()))
}
