import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type BenchResult, describeMachine } from '../report.ts'
import type { Framework, Variant } from './apps/app.ts'
import { buildServer } from './build.ts'
import { measureRound, RECORDING_VARIANTS, type Round, type Subject, warmUp } from './measure.ts'
import { CAN_PIN, startLoad, startServer, startStub } from './processes.ts'
import { COLUMNS, createRows, formatSpread } from './results.ts'

interface CaptureBenchOptions {
  readonly framework: Framework
  readonly rounds: number
  /** Path of the Node that runs the servers. */
  readonly node: string
  readonly variants: readonly Variant[]
  /** Folder for one CPU profile per server. */
  readonly profile: string | undefined
}

function log(message: string) {
  return console.error(message)
}

function getProfileOptions(folder: string | undefined, variant: Variant): readonly string[] {
  return folder === undefined
    ? []
    : ['--cpu-prof', `--cpu-prof-dir=${resolve(folder)}`, `--cpu-prof-name=${variant}.cpuprofile`]
}

/** Measures the CPU per request of an app with each way to record requests. */
export async function benchCapture(options: CaptureBenchOptions): Promise<BenchResult> {
  const { framework, rounds, node, variants, profile } = options
  log('Building the packages and the server.')
  const script = await buildServer()
  const folder = mkdtempSync(join(tmpdir(), 'whodid-bench-'))
  try {
    await using processes = new AsyncDisposableStack()
    const stub = processes.use(await startStub())
    const load = processes.use(await startLoad())
    const subjects: Subject[] = []
    for (const variant of variants) {
      const job = { framework, variant, stubUrl: `http://127.0.0.1:${stub.port}/${variant}`, folder }
      const server = await startServer(node, getProfileOptions(profile, variant), script, job)
      subjects.push({ variant, server: processes.use(server) })
    }
    log(`Warming up ${subjects.length} servers.`)
    await warmUp(subjects, load, stub)
    const measured: Round[] = []
    for (let round = 1; round <= rounds; round += 1) {
      const values = await measureRound(subjects, load, stub)
      measured.push(values)
      log(`${round}/${rounds}: ${[...values].map(([variant, value]) => `${variant} ${value.toFixed(1)}`).join(', ')}`)
    }
    for (const { variant, server } of subjects.filter(({ variant }) => RECORDING_VARIANTS.has(variant))) {
      const [{ requests }, { events }] = await Promise.all([server.usage(), stub.report(variant)])
      log(`${variant}: ${requests.toLocaleString('en')} requests, ${events.toLocaleString('en')} events`)
    }
    if (variants.includes('bare') && variants.includes('floor') && variants.includes('whodid'))
      log(`Ratio of whodid: ${formatSpread(measured)}`)
    return {
      bench: `capture, ${framework}, ${rounds} rounds`,
      machine: describeMachine({
        node: execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(),
        cores: CAN_PIN ? 'servers on core 0, load and stub on core 1' : 'not pinned',
      }),
      columns: COLUMNS,
      rows: createRows(measured),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
