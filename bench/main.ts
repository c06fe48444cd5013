import { parseArgs } from 'node:util'
import { startSeeded } from './postgres.ts'

const { values } = parseArgs({ allowPositionals: true, options: { rows: { type: 'string', default: '1000000' } } })
await using server = await startSeeded([Number(values.rows)], (what) => console.error(what))
console.log(server.url(Number(values.rows)))
