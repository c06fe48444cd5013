import type { Annotation, RecordInput, Trail } from '@whodid/capture'
import { SYSTEM } from '@whodid/core'
import type { catalog } from '../catalog.ts'
import type { Database, Write } from './database.ts'

export type AcmeTrail = Trail<typeof catalog.data, typeof catalog.schemas>
type Action = Parameters<AcmeTrail['record']>[0]

/** Turns Acme Cloud's writes into events. */
export interface Audit {
  /** Records a separate event, with the before and after of `write`. */
  record(action: Action, input?: Partial<RecordInput>, write?: () => unknown): Promise<{ readonly id: string }>
  /** Adds the before and after of `write` to the request's event, with `input` instead of the record's resource. */
  annotate(input: Annotation<Action>, write: () => unknown): void
  /** Runs `write` without adding anything to the request's event. */
  withoutEvents<R>(write: () => R): R
  /** Runs `run` as the system. Its events link to the request that caused them. */
  runAsSystem<R>(org: string, run: () => R): R
}

/**
 * Connects the database to the trail. By default, each write adds its before and after to the request's event. The
 * methods of the result override that for the writes inside them.
 */
export function createAudit(trail: AcmeTrail, db: Database): Audit {
  // Writes are synchronous, so the current listener receives only the writes of its own function.
  let listener: ((write: Write) => void) | null = null
  db.onWrite((write) => (listener ?? trail.annotate)(write))

  function collectWrites<R>(run: () => R): { result: R; writes: readonly Write[] } {
    const previous = listener
    const writes: Write[] = []
    listener = (write) => writes.push(write)
    try {
      return { result: run(), writes }
    } finally {
      listener = previous
    }
  }

  return {
    record(action, input = {}, write = () => {}) {
      const [first] = collectWrites(write).writes
      const resource = input.resource ?? first?.resource
      if (!resource)
        throw new Error(`${action} needs a resource: pass \`resource\`, or a write to a table that has one.`)
      return trail.record(action, { ...first, ...input, resource })
    },
    annotate(input, write) {
      const [first] = collectWrites(write).writes
      trail.annotate({ ...first, ...input })
    },
    withoutEvents: (write) => collectWrites(write).result,
    runAsSystem: (org, run) => trail.run({ actor: SYSTEM, tenant: org }, run),
  }
}

/** Returns the scope of a project's services. */
export function toProjectScope({ id, name }: { id: string; name: string }) {
  return { project: { id, name } }
}
