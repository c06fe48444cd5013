import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { nextMessage } from '../child.ts'
import type { LoadReport } from './load.ts'
import type { ServerJob, ServerUsage } from './server.ts'
import type { StubReport } from './stub.ts'

const portSchema = z.object({ port: z.number() })
const usageSchema = z.object({ cpuMicros: z.number(), requests: z.number() }) satisfies z.ZodType<ServerUsage>
const loadSchema = z.object({ responses: z.number() }) satisfies z.ZodType<LoadReport>
const stubSchema = z.object({ events: z.number(), wrong: z.number() }) satisfies z.ZodType<StubReport>

/** True if processes can be bound to a core. */
export const CAN_PIN = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0

const SERVER_CORE = 0
const LOAD_CORE = 1

function start(core: number, command: readonly [string, ...string[]]): ChildProcess {
  const [program, ...args] = CAN_PIN ? (['taskset', '-c', String(core), ...command] as const) : command
  return spawn(program, args, {
    stdio: ['ignore', 2, 2, 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
}

async function ask(child: ChildProcess, message: string): Promise<unknown> {
  if (!child.connected) throw new Error('A bench process exited.')
  child.send(message)
  return nextMessage(child)
}

async function end(child: ChildProcess): Promise<void> {
  if (!child.connected) return
  const ended = once(child, 'exit')
  child.disconnect()
  await ended
}

/** A server process with one variant. */
export interface RunningServer extends AsyncDisposable {
  readonly port: number
  usage(): Promise<ServerUsage>
}

/** Starts a server. */
export async function startServer(
  node: string,
  nodeOptions: readonly string[],
  script: string,
  job: ServerJob,
): Promise<RunningServer> {
  const child = start(SERVER_CORE, [node, ...nodeOptions, script, JSON.stringify(job)])
  const { port } = portSchema.parse(await nextMessage(child))
  return {
    port,
    usage: async () => usageSchema.parse(await ask(child, 'usage')),
    [Symbol.asyncDispose]: () => end(child),
  }
}

/** The process that sends requests. */
export interface Load extends AsyncDisposable {
  start(port: number): void
  /** Waits for the responses to all requests, and closes the connections. */
  stop(): Promise<LoadReport>
}

export async function startLoad(): Promise<Load> {
  const child = start(LOAD_CORE, [process.execPath, join(import.meta.dirname, 'load.ts')])
  await nextMessage(child)
  return {
    start: (port) => child.send(port),
    stop: async () => loadSchema.parse(await ask(child, 'stop')),
    [Symbol.asyncDispose]: () => end(child),
  }
}

/** The process that receives events. */
export interface Stub extends AsyncDisposable {
  readonly port: number
  report(variant: string): Promise<StubReport>
}

export async function startStub(): Promise<Stub> {
  const child = start(LOAD_CORE, [process.execPath, join(import.meta.dirname, 'stub.ts')])
  const { port } = portSchema.parse(await nextMessage(child))
  return {
    port,
    report: async (variant) => stubSchema.parse(await ask(child, variant)),
    [Symbol.asyncDispose]: () => end(child),
  }
}
