import type { Audit } from './audit.ts'

/** Work that happens later, as the system. */
export interface Background {
  /** Runs after some steps of the demo's pace; its events name the one of the request that asked for it. */
  schedule(org: string, steps: number, run: () => unknown): void
  /** Drops what has not begun and waits for what has. */
  close(): Promise<void>
}

export function createBackground({ audit, paceMs }: { audit: Audit; paceMs: number }): Background {
  const timers = new Set<NodeJS.Timeout>()
  const running = new Set<Promise<void>>()

  async function runWork(org: string, run: () => unknown) {
    try {
      await audit.runAsSystem(org, run)
    } catch (error) {
      console.error('A background job failed:', error)
    }
  }

  return {
    schedule(org, steps, run) {
      const timer = setTimeout(() => {
        timers.delete(timer)
        const job = runWork(org, run).finally(() => running.delete(job))
        running.add(job)
      }, steps * paceMs)
      timers.add(timer)
    },
    async close() {
      for (const timer of timers) clearTimeout(timer)
      await Promise.all(running)
    },
  }
}
