import { Worker } from 'node:worker_threads'
import { WhodidError } from '@whodid/core'
import type { Row } from '../../db.ts'
import type { Request, RequestMessage, ResponseMessage, SerializedError, WorkerInput } from './messages.ts'

/** A running PGlite worker. */
export interface Session {
  call<R extends Row>(request: Request): Promise<R[]>
  /** Ends the worker immediately. */
  terminate(): Promise<void>
}

interface SessionOptions extends WorkerInput {
  /** The worker is ended if it does not respond to pending requests for this long. */
  readonly timeoutMs: number
  readonly onNotify: (channel: string, payload: string) => void
  /** Called when the worker has ended, for whatever reason. */
  readonly onExit: () => void
}

interface PendingRequest {
  readonly resolve: (rows: never[]) => void
  readonly reject: (error: unknown) => void
}

const source = new URL(`./pglite-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** Starts a worker and waits until its database is open. An idle worker does not keep the process alive. */
export async function openSession({ dir, timeoutMs, onNotify, onExit }: SessionOptions): Promise<Session> {
  const workerData: WorkerInput = { dir }
  const worker = new Worker(source, { workerData, name: 'whodid-pglite' })
  const pending = new Map<number, PendingRequest>()
  let lastId = 0
  let timeout: NodeJS.Timeout | undefined
  let cause = 'the worker ended'
  let hasExited = false

  const createUnavailableError = () =>
    new WhodidError('store_unavailable', `The database in ${dir} stopped (${cause}). It reopens automatically. Retry.`)
  const takePending = (id: number): PendingRequest | undefined => {
    const found = pending.get(id)
    pending.delete(id)
    if (pending.size > 0) timeout?.refresh()
    else {
      clearTimeout(timeout)
      worker.unref()
    }
    return found
  }
  const handleTimeout = () => {
    cause = `a statement took longer than ${timeoutMs / 1_000} seconds`
    void worker.terminate()
  }

  const opened = new Promise<void>((resolve, reject) => {
    worker.once('exit', () => {
      reject(new WhodidError('store_unavailable', `Cannot open the database in ${dir}: ${cause}.`))
    })
    worker.on('message', (message: ResponseMessage<never>) => {
      if (message.kind === 'ready') resolve()
    })
  })
  worker.on('message', (message: ResponseMessage<never>) => {
    if (message.kind === 'notification') onNotify(message.channel, message.payload)
    else if (message.kind === 'done') takePending(message.id)?.resolve(message.rows)
    else if (message.kind === 'failed') {
      if (message.id === null) cause = message.error.message
      else takePending(message.id)?.reject(deserializeError(message.error))
    }
  })
  worker.on('error', (error) => {
    cause = error.message
  })
  worker.on('exit', () => {
    hasExited = true
    clearTimeout(timeout)
    for (const { reject } of pending.values()) reject(createUnavailableError())
    pending.clear()
    onExit()
  })
  await opened
  worker.unref()

  return {
    call: (request) =>
      new Promise((resolve, reject) => {
        if (hasExited) return reject(createUnavailableError())
        const id = ++lastId
        if (pending.size === 0) {
          worker.ref()
          timeout = setTimeout(handleTimeout, timeoutMs)
        }
        pending.set(id, { resolve, reject })
        const message: RequestMessage = { ...request, id }
        worker.postMessage(message)
      }),
    async terminate() {
      await worker.terminate()
    },
  }
}

function deserializeError({ message, code }: SerializedError): Error {
  return Object.assign(new Error(message), { code })
}
