import { prepareEvent } from '@whodid/core/seal'
import { catalog } from './catalog.ts'
import { formatLine } from './copy.ts'
import { generateEvents } from './events.ts'
import type { Month } from './plan.ts'

/** A database client of either driver. */
export interface Client {
  query<R extends Record<string, unknown>>(text: string, values?: unknown[]): Promise<{ readonly rows: R[] }>
}

/** A detached partition without indexes, to be filled. */
export interface PartitionJob {
  readonly rows: number
  readonly table: string
  readonly month: Month
  /** The statements that create its indexes. */
  readonly indexes: readonly string[]
}

/** Generates the rows of a partition as COPY lines. */
export function* generateLines({ month, rows }: PartitionJob): Generator<string> {
  for (const { tenantId, seq, receivedAt, event } of generateEvents(month, rows)) {
    yield formatLine(tenantId, seq, prepareEvent(event, { catalog: catalog.json, tenantId, receivedAt }))
  }
}
