import { writeSync } from 'node:fs'
import { pglite } from '../src/pglite.ts'
import { createEvent } from './fixtures.ts'

/** Appends until killed, and prints each acknowledged result as a line: `node append-forever.ts <folder> [--idle]`. */
const [dir = '', ...flags] = process.argv.slice(2)
const store = await pglite(dir)
writeSync(1, 'open\n')
if (flags.includes('--idle')) setInterval(() => {}, 60_000)
else await Promise.all([1, 7, 60].map(append))

async function append(size: number): Promise<never> {
  for (;;) {
    const events = Array.from({ length: size }, () => createEvent(Date.now(), 300))
    const results = await store.append('acme', events)
    writeSync(1, results.map((result) => `${JSON.stringify(result)}\n`).join(''))
  }
}
