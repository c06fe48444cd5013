import { parseArgs } from 'node:util'
import { formatTable } from './report.ts'
import { benchStore, type Result } from './store/index.ts'

const USAGE = `pnpm bench store [--rows 1000000] [--engine postgresql|pglite] [--only pages,text,aggregates,export,ingest] [--json]
The data set is seeded once and kept in WHODID_BENCH_FOLDER. The default is whodid-bench in the system's temporary folder.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '1000000' },
    engine: { type: 'string', default: 'postgresql' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
})

async function runBench(): Promise<Result | null> {
  const { engine } = values
  const rows = Number(values.rows)
  if (positionals[0] !== 'store' || !Number.isInteger(rows) || rows < 10_000) return null
  if (engine !== 'postgresql' && engine !== 'pglite') return null
  return benchStore({ rows, engine, only: values.only.split(',').filter((part) => part !== '') })
}

const result = await runBench()
if (result === null) {
  console.error(USAGE)
  process.exitCode = 2
} else if (values.json) {
  console.log(JSON.stringify(result))
} else {
  console.log(`${result.bench}\n\n${formatTable(result.rows)}\n`)
  for (const [name, value] of Object.entries(result.machine)) console.log(`${name}: ${value}`)
}
