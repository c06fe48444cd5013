import { writeSync } from 'node:fs'
import { defineCatalog, newId, prepareEvent } from '@whodid/core'
import { pglite } from './pglite.ts'

/** Appends for ever, and writes a line for each event that was acknowledged: `node pglite-appender.ts <folder>`. For tests. */
const [dir = '', ...rest] = process.argv.slice(2)
const catalog = defineCatalog({ project: { label: 'Project' } })
const tenantId = 'acme'

const store = await pglite(dir)
writeSync(1, 'open\n')
if (rest.includes('--idle')) setInterval(() => {}, 60_000)
else await Promise.all([1, 7, 60].map(append))

async function append(size: number): Promise<never> {
  for (;;) {
    const events = Array.from({ length: size }, () =>
      prepareEvent(
        {
          id: newId(),
          action: 'project.created',
          actor: { type: 'user', id: 'ada', name: 'Ada Lovelace' },
          resource: { type: 'project', id: newId(), name: 'Engine' },
          metadata: { padding: 'x'.repeat(300) },
        },
        { catalog: catalog.json, tenantId, receivedAt: Date.now() },
      ),
    )
    const results = await store.append(tenantId, events)
    writeSync(1, results.map((result) => `${JSON.stringify(result)}\n`).join(''))
  }
}
