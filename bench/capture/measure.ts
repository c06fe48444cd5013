import { setTimeout as sleep } from 'node:timers/promises'
import type { Variant } from './apps/app.ts'
import type { Load, RunningServer, Stub } from './processes.ts'

/** A server with its variant. */
export interface Subject {
  readonly variant: Variant
  readonly server: RunningServer
}

/** CPU microseconds per request of each variant, in one round. */
export type Round = ReadonlyMap<Variant, number>

const RAMP_MS = 150
const SLICE_MS = 1_000
const MAX_DELIVERY_MS = 10_000
const IDLE_CHECK_MS = 50
const MAX_IDLE_MICROS = 2_000
const WARM_UP_REQUESTS = 30_000

/** The variants that send events. */
export const RECORDING_VARIANTS: ReadonlySet<Variant> = new Set(['metadata', 'floor', 'whodid', 'annotated'])

/** Loads one server for a second. Returns the CPU microseconds per request. */
async function measureSlice({ variant, server }: Subject, load: Load, stub: Stub): Promise<number> {
  const first = await server.usage()
  load.start(server.port)
  await sleep(RAMP_MS)
  const before = await server.usage()
  await sleep(SLICE_MS)
  const after = await server.usage()
  const { responses } = await load.stop()
  const last = await server.usage()
  if (last.requests - first.requests !== responses)
    throw new Error(`${variant}: ${last.requests - first.requests} requests, but ${responses} responses.`)
  if (RECORDING_VARIANTS.has(variant)) await checkEvents(variant, last.requests, stub)
  await waitUntilIdle(server)
  return (after.cpuMicros - before.cpuMicros) / (after.requests - before.requests)
}

/** Waits for the events of all requests so far. Throws unless each request became exactly one correct event. */
async function checkEvents(variant: Variant, requests: number, stub: Stub): Promise<void> {
  const deadline = performance.now() + MAX_DELIVERY_MS
  for (;;) {
    const { events, wrong } = await stub.report(variant)
    if (wrong > 0)
      throw new Error(`${variant}: ${wrong} of ${events} events are duplicates, incomplete or have secrets.`)
    if (events === requests) return
    if (events > requests || performance.now() > deadline)
      throw new Error(`${variant}: ${requests} requests became ${events} events.`)
    await sleep(20)
  }
}

/** Waits until the server uses no CPU, so that it does not slow down the next one. */
async function waitUntilIdle(server: RunningServer): Promise<void> {
  const deadline = performance.now() + MAX_DELIVERY_MS
  let { cpuMicros } = await server.usage()
  for (;;) {
    await sleep(IDLE_CHECK_MS)
    const usage = await server.usage()
    if (usage.cpuMicros - cpuMicros < MAX_IDLE_MICROS) return
    if (performance.now() > deadline) throw new Error('A server without requests uses the CPU.')
    cpuMicros = usage.cpuMicros
  }
}

function shuffle<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value)
}

/** Loads each server until its code is compiled. */
export async function warmUp(subjects: readonly Subject[], load: Load, stub: Stub): Promise<void> {
  for (const subject of subjects) {
    while ((await subject.server.usage()).requests < WARM_UP_REQUESTS) await measureSlice(subject, load, stub)
  }
}

/** Measures each variant once, in random order. */
export async function measureRound(subjects: readonly Subject[], load: Load, stub: Stub): Promise<Round> {
  const round = new Map<Variant, number>()
  for (const subject of shuffle(subjects)) round.set(subject.variant, await measureSlice(subject, load, stub))
  return round
}
