import type { Audit } from './audit.ts'

/** Runs work later, as the system. */
export interface Background {
  /** Runs `run` after `steps` steps. Its events link to the request that scheduled it. */
  schedule(org: string, steps: number, run: () => unknown): void
  /** Cancels scheduled work and waits for running work. */
  close(): Promise<void>
}

export function createBackground({ audit, paceMs }: { audit: Audit; paceMs: number }): Background {
  const timers = new Set<NodeJS.Timeout>()
  const running = new Set<Promise<void>>()

  async function runWork(org: string, run: () => unknown) {
    try {
      await audit.runAsSystem(org, run)
    } catch (error) {
      console.error('Background work failed:', error)
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
