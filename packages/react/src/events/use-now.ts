import { useSyncExternalStore } from 'react'

const TICK = 30_000
const listeners = new Set<() => void>()
let now = 0
let timer: ReturnType<typeof setInterval> | undefined

/** One clock for all relative times on the page; it stands still when nothing shows one. */
function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    now = Date.now()
    timer = setInterval(() => {
      now = Date.now()
      for (const each of [...listeners]) each()
    }, TICK)
  }
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      now = 0
    }
  }
}

function snapshot(): number {
  if (now === 0) now = Date.now()
  return now
}

/** The present time, renewed every half minute. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, snapshot, snapshot)
}
