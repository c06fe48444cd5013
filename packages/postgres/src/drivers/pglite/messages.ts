import type { Row } from '../../db.ts'
import type { Statement } from '../../sql.ts'

/** What the thread of the store asks of the thread of PGlite. A query without `tx` is a transaction of its own. */
export type Request =
  | {
      readonly kind: 'query'
      readonly tx?: number | undefined
      readonly text: string
      readonly params: Statement['params']
    }
  | { readonly kind: 'begin' }
  | { readonly kind: 'commit' | 'rollback'; readonly tx: number }
  | { readonly kind: 'listen' | 'unlisten'; readonly channel: string }
  | { readonly kind: 'close' }

/** A request with the number that its answer carries. A transaction has the number of its `begin`. */
export type Numbered = Request & { readonly id: number }

/** An error, as it goes from thread to thread. */
export interface Failure {
  readonly message: string
  readonly code: string | undefined
}

/** What comes back. */
export type Answer<R extends Row = Row> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly rows: R[] }
  | { readonly kind: 'failed'; readonly id: number | null; readonly failure: Failure }
  | { readonly kind: 'notification'; readonly channel: string; readonly payload: string }

/** Where the worker finds its database. */
export interface WorkerInput {
  readonly dir: string
}
