import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { describe, expect, test } from 'vitest'

/** What a page loads to draw these, everything but React, minified and compressed, in KiB; parts loaded on demand apart. */
async function weigh(names: readonly string[]): Promise<number> {
  const entry = 'virtual:page'
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) =>
          id === entry
            ? `export { ${names.join(', ')} } from ${JSON.stringify(`${import.meta.dirname}/index.ts`)}`
            : undefined,
      },
    ],
    build: {
      write: false,
      minify: true,
      rolldownOptions: {
        input: entry,
        external: /^react(-dom)?($|\/)/,
        preserveEntrySignatures: 'strict',
        // Names without a hash, which would be of the folder's path too and weigh differently in each.
        output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
      },
    },
  })
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((each) => ('output' in each ? each.output : []))
  const chunks = outputs.filter((each): each is Rolldown.OutputChunk => each.type === 'chunk')
  const first = new Set<string>()
  const take = (name: string) => {
    if (first.has(name)) return
    first.add(name)
    chunks.find(({ fileName }) => fileName === name)?.imports.forEach(take)
  }
  for (const { isEntry, fileName } of chunks) if (isEntry) take(fileName)
  const bytes = chunks
    .filter(({ fileName }) => first.has(fileName))
    .reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0)
  return bytes / 1024
}

describe('what a page loads at first', () => {
  test('is at most 60 KiB for a feed', async () => {
    const size = await weigh(['ActivityProvider', 'ActivityFeed'])
    expect(size).toBeGreaterThan(30)
    expect(size).toBeLessThanOrEqual(60)
  })

  test('is at most 110 KiB for feed, table, filters, details and export', async () => {
    const components = ['ActivityFeed', 'ActivityTable', 'ActivityFilters', 'ActivityDetails', 'ActivityExport']
    expect(await weigh(['ActivityProvider', ...components])).toBeLessThanOrEqual(110)
  })
})
