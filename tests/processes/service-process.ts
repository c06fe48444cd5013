import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const SERVICE = join(import.meta.dirname, 'serve-database.ts')

/** A process that serves a database. It can be killed and restarted on its port. */
export interface ServiceProcess extends AsyncDisposable {
  readonly url: string
  /** Resolves when it is ready for requests. */
  waitUntilUp(): Promise<void>
  /** Kills it with SIGKILL and starts it again. */
  restart(): Promise<void>
}

interface Running {
  readonly child: ChildProcess
  readonly port: number
}

async function start(database: string, port: number): Promise<Running> {
  const child = spawn(process.execPath, [SERVICE, database, String(port)], { stdio: ['pipe', 'pipe', 'pipe'] })
  let trouble = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    trouble += text
  })
  for await (const line of createInterface({ input: child.stdout })) {
    child.stdout.resume()
    child.once('exit', (code, signal) => {
      if (signal !== 'SIGKILL') throw new Error(`A service process exited (${code ?? signal}):\n${trouble}`)
    })
    return { child, port: Number(line) }
  }
  throw new Error(`A service process did not start:\n${trouble}`)
}

/** Starts a service process on a database. */
export async function startServiceProcess(database: string): Promise<ServiceProcess> {
  const first = await start(database, 0)
  const { port } = first
  let running: Promise<Running> = Promise.resolve(first)
  const end = async () => {
    const { child } = await running
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  return {
    url: `http://127.0.0.1:${port}/activity`,
    async waitUntilUp() {
      await running
    },
    async restart() {
      const ended = end()
      running = ended.then(() => start(database, port))
      await running
    },
    [Symbol.asyncDispose]: end,
  }
}
