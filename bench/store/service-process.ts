import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { nextMessage } from '../child.ts'
import { ALL_TENANTS_KEY, getTenantKey } from './keys.ts'
import type { Usage } from './service.ts'

/** The service in a child process. */
export interface RunningService extends AsyncDisposable {
  readonly port: number
  usage(): Promise<Usage>
  /** Sends a GET below `/activity` with a tenant's key, or as the viewer of all tenants for null. */
  get(tenant: string | null, path: string): Promise<IncomingMessage>
  /** Sends a GET and returns the text and the milliseconds until its end. */
  timed(tenant: string | null, path: string): Promise<{ readonly ms: number; readonly text: string }>
}

function isUsage(message: unknown): message is Usage {
  return typeof message === 'object' && message !== null && 'cpuMs' in message && 'rssBytes' in message
}

export async function startService(engine: 'postgresql' | 'pglite', target: string): Promise<RunningService> {
  const child = fork(join(import.meta.dirname, 'service.ts'), [engine, target], { stdio: ['ignore', 2, 2, 'ipc'] })
  const message = await nextMessage(child)
  if (typeof message !== 'object' || message === null || !('port' in message) || typeof message.port !== 'number') {
    throw new Error('The service reported no port.')
  }
  const { port } = message
  const agent = new Agent({ keepAlive: true })
  const get = async (tenant: string | null, path: string): Promise<IncomingMessage> => {
    const headers =
      tenant === null ? { 'x-bench': ALL_TENANTS_KEY } : { authorization: `Bearer ${getTenantKey(tenant)}` }
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
      const usage = await nextMessage(child)
      if (!isUsage(usage)) throw new Error('The service reported no usage.')
      return usage
    },
    async timed(tenant, path) {
      const started = performance.now()
      const response = await get(tenant, path)
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk)
      const ms = performance.now() - started
      const text = Buffer.concat(chunks).toString()
      if (response.statusCode !== 200) throw new Error(`GET ${path} failed with status ${response.statusCode}: ${text}`)
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
