import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { defineCatalog } from '@whodid/core'
import { build } from 'vite'
import { expect, test } from 'vitest'

/** Bundles an entry with everything that it loads. */
async function bundle(entry: string) {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    ssr: { target: 'webworker', noExternal: true },
    build: {
      write: false,
      ssr: fileURLToPath(new URL(`./${entry}.ts`, import.meta.url)),
      rolldownOptions: { external: /^node:/, output: { format: 'esm' } },
    },
  })
  const [chunk] = 'output' in result ? result.output : []
  if (chunk === undefined) throw new Error(`${entry} has no bundle.`)
  return chunk
}

test.each(['index', 'adapter', 'fetch/index'])('%s loads nothing of Node but the async context', async (entry) => {
  const { imports } = await bundle(entry)
  expect(imports.filter((name) => name !== 'node:async_hooks')).toEqual([])
})

test('a trail works on a runtime without the globals of Node', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'whodid-runtime-'))
  try {
    const { code } = await bundle('index')
    await writeFile(join(folder, 'capture.mjs'), code)
    await writeFile(
      join(folder, 'main.mjs'),
      // Node itself loads `Headers` on demand, and needs `Buffer` for it.
      `const print = console.log
void Headers
for (const name of ['process', 'Buffer', 'setImmediate', 'clearImmediate']) delete globalThis[name]
const { createTrail } = await import('./capture.mjs')
const catalog = ${JSON.stringify(defineCatalog({ project: {} }))}
const events = []
const to = { append: async (batch) => (events.push(...batch), batch.map(({ id }) => ({ id, outcome: 'stored', seq: 1, leafHash: '' }))) }
const trail = createTrail({ catalog, to, onWarning: () => {} })
const call = trail.capture().begin({ native: {}, method: 'PATCH', path: '/projects/p1' })
await call.run(async () => trail.annotate({ before: { name: 'é' }, after: { name: 'ü' } }))
await call.end({ status: 200, route: '/projects/:id' })
print(JSON.stringify(events.map(({ action, changes }) => ({ action, changes }))))
`,
    )
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'main.mjs')])
    expect(JSON.parse(stdout)).toEqual([
      { action: 'project.updated', changes: [{ path: '/name', from: 'é', to: 'ü' }] },
    ])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
