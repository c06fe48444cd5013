import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

/** Every module that a source file leads to: our own by URL, others by name. `import type` leads nowhere. */
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

test('the browser entry leads to no validator and no hash', async () => {
  expect(await listPackages('./browser.ts')).toEqual(['papaparse'])
})

test('core leads to nothing of Node', async () => {
  expect(await listPackages('./index.ts')).toEqual(['@noble/hashes/sha2.js', 'canonicalize', 'papaparse', 'zod'])
})

test('the entries agree on what they share', async () => {
  const [browser, index] = await Promise.all([import('./browser.ts'), import('./index.ts')])
  expect(index).toMatchObject({ ...browser })
})
