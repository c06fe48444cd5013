import { parseArgs } from 'node:util'
import { FRAMEWORKS, VARIANTS } from './capture/apps/app.ts'
import { benchCapture } from './capture/index.ts'
import { type BenchResult, formatTable } from './report.ts'
import { benchStore } from './store/index.ts'

const USAGE = `pnpm bench store [--rows 1000000] [--engine postgresql|pglite] [--only pages,text,aggregates,export,ingest] [--json]
The data set is seeded once and kept in WHODID_BENCH_FOLDER. The default is whodid-bench in the system's temporary folder.

pnpm bench capture [--framework express] [--rounds 9] [--node PATH] [--only bare,floor,whodid] [--profile FOLDER] [--json]
The servers run on the Node at PATH. FOLDER receives one CPU profile per server.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '1000000' },
    engine: { type: 'string', default: 'postgresql' },
    only: { type: 'string', default: '' },
    framework: { type: 'string', default: 'express' },
    rounds: { type: 'string', default: '9' },
    node: { type: 'string', default: process.execPath },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})

async function runBench(): Promise<BenchResult | null> {
  const only = values.only.split(',').filter((part) => part !== '')
  if (positionals[0] === 'store') {
    const { engine } = values
    const rows = Number(values.rows)
    if (!Number.isInteger(rows) || rows < 10_000) return null
    if (engine !== 'postgresql' && engine !== 'pglite') return null
    return benchStore({ rows, engine, only })
  }
  if (positionals[0] === 'capture') {
    const { node, profile } = values
    const rounds = Number(values.rounds)
    const framework = FRAMEWORKS.find((name) => name === values.framework)
    const variants = VARIANTS.filter((name) => only.length === 0 || only.includes(name))
    if (framework === undefined || variants.length === 0 || !Number.isInteger(rounds) || rounds < 1) return null
    return benchCapture({ framework, rounds, node, variants, profile })
  }
  return null
}

const result = await runBench()
if (result === null) {
  console.error(USAGE)
  process.exitCode = 2
} else if (values.json) {
  const { bench, machine, rows } = result
  console.log(JSON.stringify({ bench, machine, rows }))
} else {
  console.log(`${result.bench}\n\n${formatTable(result.rows, result.columns)}\n`)
  for (const [name, value] of Object.entries(result.machine)) console.log(`${name}: ${value}`)
}
