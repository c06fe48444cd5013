import { parentPort, workerData } from 'node:worker_threads'
import type { PGlite, Transaction } from '@electric-sql/pglite'
import type { Row } from '../../db.ts'
import { codeOf } from '../../errors.ts'
import { openFolder } from './folder.ts'
import type { Answer, Failure, Numbered, WorkerInput } from './messages.ts'

/** A transaction that the other thread steers: it lasts until `end` is called. */
interface Steered {
  readonly transaction: Transaction
  readonly end: (outcome: 'commit' | 'rollback') => void
  /** Settles when it has been committed or rolled back. */
  readonly ended: Promise<void>
}

class RolledBack extends Error {}

function answer(message: Answer) {
  return parentPort?.postMessage(message)
}

function failureOf(error: unknown): Failure {
  return {
    message: error instanceof Error ? error.message : String(error),
    code: codeOf(error),
  }
}

/** Ends this thread at once: PGlite would swallow the failure and acknowledge. The other thread opens the folder again. */
function fail(error: unknown): void {
  answer({ kind: 'failed', id: null, failure: failureOf(error) })
  process.exit(1)
}

function serve(pglite: PGlite) {
  const steered = new Map<number, Steered>()
  const unlisten = new Map<string, () => Promise<void>>()

  const begin = async (id: number): Promise<void> => {
    let end: Steered['end'] = () => {}
    const outcome = new Promise<'commit' | 'rollback'>((resolve) => {
      end = resolve
    })
    let begun: () => void = () => {}
    const beginning = new Promise<void>((resolve) => {
      begun = resolve
    })
    const ended = pglite
      .transaction(async (transaction) => {
        steered.set(id, { transaction, end, ended })
        begun()
        if ((await outcome) === 'rollback') throw new RolledBack()
      })
      .catch((error: unknown) => {
        if (!(error instanceof RolledBack)) throw error
      })
      .finally(() => steered.delete(id))
    // Whoever ends it hears of its failure; before it has begun, that is us.
    ended.catch(() => {})
    await Promise.race([beginning, ended])
  }

  const transactionOf = (id: number): Steered => {
    const found = steered.get(id)
    if (found === undefined) throw new Error(`The transaction ${id} has ended already.`)
    return found
  }

  const perform = async (request: Numbered): Promise<Row[]> => {
    switch (request.kind) {
      case 'query': {
        const on = request.tx === undefined ? pglite : transactionOf(request.tx).transaction
        return (await on.query<Row>(request.text, [...request.params])).rows
      }
      case 'begin':
        await begin(request.id)
        return [{ tx: request.id }]
      case 'commit':
      case 'rollback': {
        const { end, ended } = transactionOf(request.tx)
        end(request.kind)
        await ended
        return []
      }
      case 'listen': {
        const { channel } = request
        const heard = (payload: string) => answer({ kind: 'notification', channel, payload })
        unlisten.set(channel, await pglite.listen(channel, heard))
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

  parentPort?.on('message', (request: Numbered) => {
    perform(request).then(
      (rows) => answer({ kind: 'done', id: request.id, rows }),
      (error: unknown) => answer({ kind: 'failed', id: request.id, failure: failureOf(error) }),
    )
  })
  answer({ kind: 'ready' })
}

const { dir }: WorkerInput = workerData
openFolder(dir, fail).then(serve, fail)
