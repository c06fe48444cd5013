import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { describe, expect, test } from 'vitest'

/** Returns the initial JavaScript of a page with these components in KiB, gzipped, without React and lazy chunks. */
async function measureInitialSize(names: readonly string[]): Promise<number> {
  const entry = 'virtual:page'
  const results = await build({
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
        // Hashes depend on the folder's path and would change the size.
        output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
      },
    },
  })
  const outputs = (Array.isArray(results) ? results : [results]).flatMap((result) =>
    'output' in result ? result.output : [],
  )
  const chunks = outputs.filter((output): output is Rolldown.OutputChunk => output.type === 'chunk')
  const initialChunks = new Set<string>()
  const addChunk = (name: string) => {
    if (initialChunks.has(name)) return
    initialChunks.add(name)
    chunks.find(({ fileName }) => fileName === name)?.imports.forEach(addChunk)
  }
  for (const { isEntry, fileName } of chunks) if (isEntry) addChunk(fileName)
  const bytes = chunks
    .filter(({ fileName }) => initialChunks.has(fileName))
    .reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0)
  return bytes / 1024
}

describe('the initial bundle', () => {
  test('is at most 60 KiB for a feed', async () => {
    const size = await measureInitialSize(['ActivityProvider', 'ActivityFeed'])
    expect(size).toBeGreaterThan(30)
    expect(size).toBeLessThanOrEqual(60)
  })

  test('is at most 110 KiB for feed, table, filters, details and export', async () => {
    const components = ['ActivityFeed', 'ActivityTable', 'ActivityFilters', 'ActivityDetails', 'ActivityExport']
    expect(await measureInitialSize(['ActivityProvider', ...components])).toBeLessThanOrEqual(110)
  })
})
