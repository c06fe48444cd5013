import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

interface SourceFile {
  readonly path: string
  readonly text: string
}

const sources: readonly SourceFile[] = ['packages', 'apps', 'bench', 'tests', 'tooling']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  )
  .filter((path) => /\.tsx?$/.test(path) && !/(^|\/)(node_modules|dist|storybook-static|docs-blocks)\//.test(path))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))

function find(pattern: RegExp): string[] {
  return sources.flatMap(({ path, text }) => Array.from(text.matchAll(pattern), ([match]) => `${path}: ${match}`))
}

test('docstrings begin with a verb or a noun, not with What, Whether or Where', () => {
  expect(find(/\/\*\*[\s*]*(?:What|Whether|Where)\b[^\n]*/g)).toEqual([])
})

test('functions are named by what they do: getName(x), not nameOf(x)', () => {
  const declared = find(/\bfunction\*?\s+[a-z]\w*Of\b/g)
  const assigned = find(/\bconst\s+[a-z]\w*Of\s*=\s*(?:async\s*)?(?:<[^>]*>\s*)?(?:\([^)]*\)|\w+)(?::[^=]+)?\s*=>/g)
  expect([...declared, ...assigned]).toEqual([])
})

/** Functions of the host app that examples call. */
const HOST_FUNCTIONS = ['cleanUp', 'getPath', 'setId']

test('examples call functions that exist', () => {
  const docstring = /^[ \t]*\/\*\*[\s\S]*?\*\//gm
  const words = sources.flatMap(({ text }) => text.replace(docstring, '').match(/[A-Za-z_]\w*/g) ?? [])
  const known = new Set([...words, ...HOST_FUNCTIONS])
  const unknown = sources.flatMap(({ path, text }) =>
    Array.from(text.matchAll(docstring), ([comment]) => comment.split('@example')[1] ?? '')
      .flatMap((example) => Array.from(example.replace(/\/\/.*/g, '').matchAll(/\b([A-Za-z_]\w*)\(/g)))
      .flatMap(([, name = '']) => (known.has(name) ? [] : [`${path}: ${name}`])),
  )
  expect(unknown).toEqual([])
})
