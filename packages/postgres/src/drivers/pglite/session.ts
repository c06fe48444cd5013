import { Worker } from 'node:worker_threads'
import { WhodidError } from '@whodid/core'
import type { Row } from '../../db.ts'
import type { Answer, Failure, Numbered, Request, WorkerInput } from './messages.ts'

/** One life of the thread that PGlite runs in. */
export interface Session {
  call<R extends Row>(request: Request): Promise<R[]>
  /** Ends the thread as a kill would. */
  terminate(): Promise<void>
}

export interface SessionOptions extends WorkerInput {
  /** A thread that owes answers and gives none for so long is ended. */
  readonly silenceMs: number
  readonly heard: (channel: string, payload: string) => void
  /** Called once the thread is gone, whether asked to or not. */
  readonly ended: () => void
}

interface Waiting {
  readonly resolve: (rows: never[]) => void
  readonly reject: (error: unknown) => void
}

const source = new URL(`./pglite-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** Starts the thread and waits until its database is open. While nothing is asked of it, it does not keep the process alive. */
export async function openSession({ dir, silenceMs, heard, ended }: SessionOptions): Promise<Session> {
  const workerData: WorkerInput = { dir }
  const worker = new Worker(source, { workerData, name: 'whodid-pglite' })
  const waiting = new Map<number, Waiting>()
  let calls = 0
  let silence: NodeJS.Timeout | undefined
  let cause = 'it ended'
  let isGone = false

  const unavailable = () =>
    new WhodidError(
      'store_unavailable',
      `The database in ${dir} stopped (${cause}) and is opened again: try once more.`,
    )
  const settled = (id: number): Waiting | undefined => {
    const found = waiting.get(id)
    waiting.delete(id)
    if (waiting.size > 0) silence?.refresh()
    else {
      clearTimeout(silence)
      worker.unref()
    }
    return found
  }
  const terminateSilent = () => {
    cause = `a statement took longer than ${silenceMs / 1_000} seconds`
    void worker.terminate()
  }

  const opened = new Promise<void>((resolve, reject) => {
    worker.once('exit', () => {
      reject(new WhodidError('store_unavailable', `The database in ${dir} cannot be opened: ${cause}.`))
    })
    worker.on('message', (message: Answer<never>) => {
      if (message.kind === 'ready') resolve()
    })
  })
  worker.on('message', (message: Answer<never>) => {
    if (message.kind === 'notification') heard(message.channel, message.payload)
    else if (message.kind === 'done') settled(message.id)?.resolve(message.rows)
    else if (message.kind === 'failed') {
      if (message.id === null) cause = message.failure.message
      else settled(message.id)?.reject(errorOf(message.failure))
    }
  })
  worker.on('error', (error) => {
    cause = error.message
  })
  worker.on('exit', () => {
    isGone = true
    clearTimeout(silence)
    for (const { reject } of waiting.values()) reject(unavailable())
    waiting.clear()
    ended()
  })
  await opened
  worker.unref()

  return {
    call: (request) =>
      new Promise((resolve, reject) => {
        if (isGone) return reject(unavailable())
        const id = ++calls
        if (waiting.size === 0) {
          worker.ref()
          silence = setTimeout(terminateSilent, silenceMs)
        }
        waiting.set(id, { resolve, reject })
        const message: Numbered = { ...request, id }
        worker.postMessage(message)
      }),
    async terminate() {
      await worker.terminate()
    },
  }
}

function errorOf({ message, code }: Failure): Error {
  return Object.assign(new Error(message), { code })
}
