import { writeSync } from 'node:fs'
import { pglite } from '../src/pglite.ts'
import { eventOf } from './fixtures.ts'

/** Appends for ever, and writes a line for each event that was acknowledged: `node appender.ts <folder>`. For tests. */
const [dir = '', ...flags] = process.argv.slice(2)
const store = await pglite(dir)
writeSync(1, 'open\n')
if (flags.includes('--idle')) setInterval(() => {}, 60_000)
else await Promise.all([1, 7, 60].map(append))

async function append(size: number): Promise<never> {
  for (;;) {
    const events = Array.from({ length: size }, () => eventOf(Date.now(), 300))
    const results = await store.append('acme', events)
    writeSync(1, results.map((result) => `${JSON.stringify(result)}\n`).join(''))
  }
}
