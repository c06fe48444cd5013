import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { createContext, Script } from 'node:vm'
import { build } from 'vite'
import { expect, test } from 'vitest'

/** Lists every module that a source file loads: core's own by URL, packages by name. `import type` loads nothing. */
async function readGraph(url: URL, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(url.href)) return seen
  seen.add(url.href)
  const source = await readFile(url, 'utf8')
  for (const [, kind, name = ''] of source.matchAll(/^(?:import|export)\s(type\s)?[^'"]*?from '([^']+)'/gm)) {
    if (kind !== undefined) continue
    if (name.startsWith('.')) await readGraph(new URL(name, url), seen)
    else seen.add(name)
  }
  return seen
}

async function listPackages(entry: string) {
  return [...(await readGraph(new URL(entry, import.meta.url)))].filter((name) => !name.startsWith('file:')).sort()
}

const ENTRIES = [
  'index',
  'browser',
  ...['catalog', 'event', 'filter', 'language', 'redact', 'seal'].map((room) => `${room}/index`),
]

test('the browser entry loads no validator and no hash', async () => {
  expect(await listPackages('./browser.ts')).toEqual([])
})

test('the main entry loads no validator and no hash', async () => {
  expect(await listPackages('./index.ts')).toEqual([])
})

test('no entry loads a module of Node', async () => {
  const packages = await Promise.all(ENTRIES.map((entry) => listPackages(`./${entry}.ts`)))
  expect([...new Set(packages.flat())].sort()).toEqual(['@noble/hashes/sha2.js', 'canonicalize', 'zod'])
})

/** Bundles an entry, and everything that it loads, as a script for an edge runtime. */
async function bundleForEdge(entry: string) {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    // No package may need its build for browsers, which not every bundler for edge runtimes takes.
    ssr: { target: 'node', noExternal: true },
    build: {
      write: false,
      ssr: fileURLToPath(new URL(`./${entry}.ts`, import.meta.url)),
      rolldownOptions: { output: { format: 'iife', name: 'entry' } },
    },
  })
  const [chunk] = 'output' in result ? result.output : []
  if (chunk === undefined) throw new Error(`${entry} has no bundle.`)
  return chunk
}

test.each(ENTRIES)('%s runs on an edge runtime: one script, without a module of Node', async (entry) => {
  const { code, imports } = await bundleForEdge(entry)
  expect(imports).toEqual([])
  expect(code).not.toMatch(/\brequire\(/)
  const context = createContext({ TextEncoder, TextDecoder, URL, URLSearchParams, crypto })
  new Script(`${code}; globalThis.names = Object.keys(entry).sort()`).runInContext(context)
  expect(context.names).toEqual(Object.keys(await import(`./${entry}.ts`)).sort())
})

test('a name is the same value in every entry', async () => {
  const values = new Map<string, unknown>()
  const entries = await Promise.all([
    import('./index.ts'),
    import('./browser.ts'),
    import('./catalog/index.ts'),
    import('./event/index.ts'),
    import('./filter/index.ts'),
    import('./language/index.ts'),
    import('./redact/index.ts'),
    import('./seal/index.ts'),
  ])
  for (const entry of entries) {
    for (const [name, value] of Object.entries<unknown>(entry)) {
      if (values.has(name)) expect(value).toBe(values.get(name))
      values.set(name, value)
    }
  }
  expect(values.size).toBeGreaterThan(0)
})

test('the main entry exports 30 values', async () => {
  expect(Object.keys(await import('./index.ts'))).toHaveLength(30)
})
