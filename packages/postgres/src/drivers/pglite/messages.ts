import type { Row } from '../../db.ts'
import type { Statement } from '../../sql.ts'

/** A request to the PGlite worker. A query without `tx` is its own transaction. */
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

/** A request with an id, which its response repeats. A transaction has the id of its `begin`. */
export type RequestMessage = Request & { readonly id: number }

/** An error that can be posted between threads. */
export interface SerializedError {
  readonly message: string
  readonly code: string | undefined
}

/** A message from the worker. */
export type ResponseMessage<R extends Row = Row> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly rows: R[] }
  | { readonly kind: 'failed'; readonly id: number | null; readonly error: SerializedError }
  | { readonly kind: 'notification'; readonly channel: string; readonly payload: string }

/** The worker's input: the folder of its database. */
export interface WorkerInput {
  readonly dir: string
}
