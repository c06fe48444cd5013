import { parentPort, workerData } from 'node:worker_threads'
import type { PGlite, Transaction } from '@electric-sql/pglite'
import type { Row } from '../../db.ts'
import { getErrorCode, getErrorMessage } from '../../errors.ts'
import { openFolder } from './folder.ts'
import type { RequestMessage, ResponseMessage, SerializedError, WorkerInput } from './messages.ts'

/** A transaction that the main thread controls. It lasts until `end` is called. */
interface OpenTransaction {
  readonly transaction: Transaction
  readonly end: (outcome: 'commit' | 'rollback') => void
  /** Settles after the commit or rollback. */
  readonly ended: Promise<void>
}

class RolledBack extends Error {}

function respond(message: ResponseMessage) {
  return parentPort?.postMessage(message)
}

function serializeError(error: unknown): SerializedError {
  return {
    message: getErrorMessage(error),
    code: getErrorCode(error),
  }
}

/** Ends the worker, because PGlite would ignore the failure and acknowledge. The main thread opens the folder again. */
function exitOnFailure(error: unknown): void {
  respond({ kind: 'failed', id: null, error: serializeError(error) })
  process.exit(1)
}

function serve(pglite: PGlite) {
  const transactions = new Map<number, OpenTransaction>()
  const unlisten = new Map<string, () => Promise<void>>()

  const begin = async (id: number): Promise<void> => {
    let end: OpenTransaction['end'] = () => {}
    const requestedEnd = new Promise<'commit' | 'rollback'>((resolve) => {
      end = resolve
    })
    let markBegun: () => void = () => {}
    const begun = new Promise<void>((resolve) => {
      markBegun = resolve
    })
    const ended = pglite
      .transaction(async (transaction) => {
        transactions.set(id, { transaction, end, ended })
        markBegun()
        if ((await requestedEnd) === 'rollback') throw new RolledBack()
      })
      .catch((error: unknown) => {
        if (!(error instanceof RolledBack)) throw error
      })
      .finally(() => transactions.delete(id))
    // A failure is reported to the caller of `end`, or below if it happens before the transaction begins.
    ended.catch(() => {})
    await Promise.race([begun, ended])
  }

  const getTransaction = (id: number): OpenTransaction => {
    const found = transactions.get(id)
    if (found === undefined) throw new Error(`Transaction ${id} has already ended.`)
    return found
  }

  const perform = async (request: RequestMessage): Promise<Row[]> => {
    switch (request.kind) {
      case 'query': {
        const on = request.tx === undefined ? pglite : getTransaction(request.tx).transaction
        return (await on.query<Row>(request.text, [...request.params])).rows
      }
      case 'begin':
        await begin(request.id)
        return [{ tx: request.id }]
      case 'commit':
      case 'rollback': {
        const { end, ended } = getTransaction(request.tx)
        end(request.kind)
        await ended
        return []
      }
      case 'listen': {
        const { channel } = request
        const onNotify = (payload: string) => respond({ kind: 'notification', channel, payload })
        unlisten.set(channel, await pglite.listen(channel, onNotify))
        return []
      }
      case 'unlisten':
        await unlisten.get(request.channel)?.()
        return []
      case 'close':
        await pglite.close()
        return []
    }
  }

  parentPort?.on('message', (request: RequestMessage) => {
    perform(request).then(
      (rows) => respond({ kind: 'done', id: request.id, rows }),
      (error: unknown) => respond({ kind: 'failed', id: request.id, error: serializeError(error) }),
    )
  })
  respond({ kind: 'ready' })
}

const { dir }: WorkerInput = workerData
openFolder(dir, exitOnFailure).then(serve, exitOnFailure)
