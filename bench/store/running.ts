import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { KEY_OF_ALL, keyOf } from './keys.ts'
import type { Usage } from './service.ts'

/** The service in a process of its own. */
export interface RunningService extends AsyncDisposable {
  readonly port: number
  usage(): Promise<Usage>
  /** A GET below `/activity`, in the name of a tenant's key; null for the viewer of all. */
  get(tenant: string | null, path: string): Promise<IncomingMessage>
  /** The same, read to its end: the milliseconds it took, and the text. */
  timed(tenant: string | null, path: string): Promise<{ readonly ms: number; readonly text: string }>
}

/** Waits for the next message of a child. */
export async function heard(child: ChildProcess): Promise<unknown> {
  const over = new AbortController()
  try {
    const [message] = await Promise.race([
      once(child, 'message', { signal: over.signal }),
      once(child, 'exit', { signal: over.signal }).then(([code]) => {
        throw new Error(`A process of the bench ended with ${code}.`)
      }),
    ])
    return message
  } finally {
    over.abort()
  }
}

function isUsage(message: unknown): message is Usage {
  return typeof message === 'object' && message !== null && 'cpu' in message && 'rss' in message
}

export async function startService(engine: 'postgresql' | 'pglite', target: string): Promise<RunningService> {
  const child = fork(join(import.meta.dirname, 'service.ts'), [engine, target], { stdio: ['ignore', 2, 2, 'ipc'] })
  const message = await heard(child)
  if (typeof message !== 'object' || message === null || !('port' in message) || typeof message.port !== 'number') {
    throw new Error('The service did not say its port.')
  }
  const { port } = message
  const agent = new Agent({ keepAlive: true })
  const get = async (tenant: string | null, path: string): Promise<IncomingMessage> => {
    const headers = tenant === null ? { 'x-bench': KEY_OF_ALL } : { authorization: `Bearer ${keyOf(tenant)}` }
    const call = request({ host: '127.0.0.1', port, path: `/activity${path}`, agent, headers })
    call.end()
    const [response] = await once(call, 'response')
    return response
  }
  return {
    port,
    get,
    async usage() {
      child.send('usage')
      const usage = await heard(child)
      if (!isUsage(usage)) throw new Error('The service did not say what it used.')
      return usage
    },
    async timed(tenant, path) {
      const started = performance.now()
      const response = await get(tenant, path)
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk)
      const ms = performance.now() - started
      const text = Buffer.concat(chunks).toString()
      if (response.statusCode !== 200) throw new Error(`${path} gave ${response.statusCode}: ${text}`)
      return { ms, text }
    },
    async [Symbol.asyncDispose]() {
      agent.destroy()
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.send('end')
      await ended
    },
  }
}
