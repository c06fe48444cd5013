import { prepareEvent } from '@whodid/core'
import { catalog } from './catalog.ts'
import { lineOf } from './copy.ts'
import { eventsOf } from './events.ts'
import type { Stretch } from './plan.ts'

/** Asks a database, by whichever driver. */
export interface Client {
  query<R extends Record<string, unknown>>(text: string, values?: unknown[]): Promise<{ readonly rows: R[] }>
}

/** What is to be filled: a partition that stands detached, without indexes. */
export interface Order {
  readonly rows: number
  readonly table: string
  readonly stretch: Stretch
  /** What makes its indexes again. */
  readonly indexes: readonly string[]
}

/** The rows of an order as lines of COPY. */
export function* linesOf({ stretch, rows }: Order): Generator<string> {
  for (const { tenantId, seq, receivedAt, event } of eventsOf(stretch, rows)) {
    yield lineOf(tenantId, seq, prepareEvent(event, { catalog: catalog.json, tenantId, receivedAt }))
  }
}
