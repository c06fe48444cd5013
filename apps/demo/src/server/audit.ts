import type { Annotation, RecordInput, Trail } from '@whodid/capture'
import { SYSTEM } from '@whodid/core'
import type { catalog } from '../catalog.ts'
import type { Database, Write } from './database.ts'

export type AcmeTrail = Trail<typeof catalog.data, typeof catalog.schemas>
type Action = Parameters<AcmeTrail['record']>[0]

/** How Acme Cloud's writes become events. */
export interface Audit {
  /** Records an event of its own, with what `write` wrote as its before and after. */
  record(action: Action, input?: Partial<RecordInput>, write?: () => unknown): Promise<{ readonly id: string }>
  /** Adds what `write` wrote to the event of the request, under another resource than the record's own. */
  annotate(input: Annotation<Action>, write: () => unknown): void
  /** Writes without telling the activity log, which hears of it in other words. */
  withoutEvents<R>(write: () => R): R
  /** What happens inside is the system's doing; inside a request, or later because of one, it names that one's event. */
  runAsSystem<R>(org: string, run: () => R): R
}

/**
 * Joins the database to the trail. Each write of a request adds its before and after to the request's event, unless it
 * happens within one of the functions of the result.
 */
export function createAudit(trail: AcmeTrail, db: Database): Audit {
  // Writes are synchronous, so whoever listens now hears exactly the writes of its own function.
  let listener: ((write: Write) => void) | null = null
  db.onWrite((write) => (listener ?? trail.annotate)(write))

  function collectWrites<R>(run: () => R): { result: R; writes: readonly Write[] } {
    const outer = listener
    const writes: Write[] = []
    listener = (write) => writes.push(write)
    try {
      return { result: run(), writes }
    } finally {
      listener = outer
    }
  }

  return {
    record(action, input = {}, write = () => {}) {
      const [facts] = collectWrites(write).writes
      const resource = input.resource ?? facts?.resource
      if (!resource) throw new Error(`${action} needs a resource, or a write that has one.`)
      return trail.record(action, { ...facts, ...input, resource })
    },
    annotate(input, write) {
      const [facts] = collectWrites(write).writes
      trail.annotate({ ...facts, ...input })
    },
    withoutEvents: (write) => collectWrites(write).result,
    runAsSystem: (org, run) => trail.run({ actor: SYSTEM, tenant: org }, run),
  }
}

/** Where the services of a project belong. */
export function toProjectScope({ id, name }: { id: string; name: string }) {
  return { project: { id, name } }
}
