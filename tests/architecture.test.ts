import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
  readonly publishConfig?: { readonly exports: Record<string, unknown> }
  readonly exports?: Record<string, string>
}

const core = '@whodid/core'
const capture = '@whodid/capture'

function middleware(framework: string) {
  return { mayImport: [core, capture, framework], node: true }
}

interface Row {
  readonly mayImport: readonly string[]
  readonly bundles?: readonly string[]
  readonly node: boolean
}

/**
 * The dependency table. `mayImport` lists the packages that a package may declare and import in its published source. `bundles`
 * lists the development dependencies that its source may also import, because the build puts them in the published files.
 * `node` is true if it may import `node:*`.
 */
const TABLE: Record<string, Row> = {
  'packages/core': {
    mayImport: ['@noble/hashes', '@standard-schema/spec', 'canonicalize', 'zod'],
    node: false,
  },
  'packages/capture': { mayImport: [core, 'inflection'], node: true },
  'packages/middleware/express': middleware('express'),
  'packages/postgres': { mayImport: [core, '@electric-sql/pglite', 'pg'], node: true },
  'packages/server': {
    mayImport: [core, '@noble/hashes', 'client-zip', 'jose', 'zod'],
    bundles: ['@trpc/server'],
    node: false,
  },
  'packages/testkit': { mayImport: [core, capture, 'vitest'], node: true },
  'packages/react': {
    mayImport: [
      core,
      '@base-ui/react',
      '@tanstack/react-query',
      '@tanstack/react-table',
      '@tanstack/react-virtual',
      'react',
      'react-dom',
    ],
    bundles: ['@trpc/client', '@trpc/react-query', '@whodid/server', 'eventsource'],
    node: false,
  },
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.(test|stories|d)\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !/(^|\/)(node_modules|dist|test)\//.test(path))
}

function testFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.test\.tsx?$/.test(path))
    .map((path) => join(folder, path))
}

interface Import {
  readonly file: string
  readonly from: string
  readonly typeOnly: boolean
}

function findImports(folder: string): Import[] {
  return sourceFiles(folder).flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
    const statements = text.matchAll(/^\s*(?:import|export)\s+(type\s)?[^'"]*?from\s+['"]([^'"]+)['"]/gm)
    const bare = text.matchAll(/(?:^\s*import|\bimport\()\s*['"]([^'"]+)['"]/gm)
    return [
      ...[...statements].map(([, type, from]) => ({ file, from: from ?? '', typeOnly: type !== undefined })),
      ...[...bare].map(([, from]) => ({ file, from: from ?? '', typeOnly: false })),
    ]
  })
}

function packageName(from: string) {
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/')
}

function isOutside(from: string) {
  return !from.startsWith('.') && !from.startsWith('node:')
}

/** All published packages of the workspace, including those that are not in the table. */
const published = ['packages', 'packages/middleware', 'packages/data']
  .flatMap((parent) => {
    try {
      return readdirSync(join(root, parent)).map((name) => `${parent}/${name}`)
    } catch {
      return []
    }
  })
  .filter((folder) => {
    try {
      return readManifest(folder).private !== true
    } catch {
      return false
    }
  })

test('every published package is in the dependency table', () => {
  expect(published.sort()).toEqual(Object.keys(TABLE).sort())
})

describe.each(Object.entries(TABLE))('%s', (folder, { mayImport, bundles = [], node }) => {
  const manifest = readManifest(folder)
  const imports = findImports(folder)

  test('has only the dependencies of the table', () => {
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    expect(declared.filter((name) => !mayImport.includes(name))).toEqual([])
  })

  test('imports only declared dependencies', () => {
    expect(imports.length).toBeGreaterThan(0)
    const bundled = bundles.filter((name) => name in (manifest.devDependencies ?? {}))
    const declared = [...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }), ...bundled]
    const undeclared = imports.filter(({ from }) => isOutside(from) && !declared.includes(packageName(from)))
    expect(undeclared).toEqual([])
  })

  test('imports no internal files of other packages', () => {
    expect(imports.filter(({ from }) => /^(\.\.\/)+(packages|apps)\/|^@whodid\/[^/]+\/src/.test(from))).toEqual([])
  })

  if (!node) {
    test('imports no node:*', () => {
      expect(imports.filter(({ from }) => from.startsWith('node:'))).toEqual([])
    })
  }

  test('publishes the entries that it exports', () => {
    expect(Object.keys(manifest.publishConfig?.exports ?? {})).toEqual(Object.keys(manifest.exports ?? {}))
  })
})

test('the React kit imports only types of the server, and only the browser entry of core', () => {
  const imports = findImports('packages/react')
  expect(imports.filter(({ from, typeOnly }) => from.startsWith('@whodid/server') && !typeOnly)).toEqual([])
  expect(imports.filter(({ from, typeOnly }) => /^@whodid\/core(?!\/browser$)/.test(from) && !typeOnly)).toEqual([])
})

test('an adapter imports only types of its framework', () => {
  const adapters = Object.keys(TABLE).filter((folder) => folder.startsWith('packages/middleware/'))
  for (const folder of adapters) {
    const outside = findImports(folder).filter(({ from }) => isOutside(from) && !from.startsWith('@whodid/'))
    expect(outside.filter(({ typeOnly }) => !typeOnly)).toEqual([])
  }
})

test('apps import no internal files of packages', () => {
  const imports = [...findImports('apps/demo'), ...findImports('apps/storybook')]
  expect(imports.filter(({ from }) => /packages\//.test(from) || /^@whodid\/[^/]+\/src/.test(from))).toEqual([])
})

test('no file is called utils, helpers, common, manager or shared', () => {
  const all = [...sourceFiles('packages'), ...sourceFiles('apps'), ...sourceFiles('tooling')]
  expect(all.filter((path) => /(^|\/)(utils?|helpers?|common|manager|shared)(\/|\.tsx?$)/i.test(path))).toEqual([])
})

/** Folders whose files are all of one kind, so that a long listing is easy to read. */
const ALIKE = [
  'packages/server/src/operations',
  'apps/demo/src/client/pages',
  'apps/demo/src/server/routes',
  'apps/storybook/stories',
]
const MAX_UNLIKE_FILES = 20

test('a folder holds at most 20 unlike source files', () => {
  const counts = new Map<string, number>()
  for (const path of ['packages', 'apps', 'bench', 'tooling', 'tests'].flatMap(sourceFiles)) {
    const folder = dirname(path)
    counts.set(folder, (counts.get(folder) ?? 0) + 1)
  }
  expect([...counts].filter(([folder, count]) => count > MAX_UNLIKE_FILES && !ALIKE.includes(folder))).toEqual([])
})

test('every file in src is part of the published package, so no test helper lives there', () => {
  const unreachable = Object.keys(TABLE).flatMap((folder) => {
    const entries = Object.values(readManifest(folder).exports ?? {}).filter((path) => /\.tsx?$/.test(path))
    const files = sourceFiles(`${folder}/src`)
    const imports = findImports(folder).filter(({ from }) => from.startsWith('.'))
    const reached = new Set(entries.map((path) => join(folder, path)))
    // The file of a worker thread is not imported.
    for (const file of files) if (file.endsWith('-worker.ts')) reached.add(file)
    for (const file of reached) {
      for (const { from } of imports.filter((each) => each.file === file)) reached.add(join(dirname(file), from))
    }
    return files.filter((file) => !reached.has(file))
  })
  expect(unreachable).toEqual([])
})

test('the black-box suites of the server live in packages/server/test', () => {
  const inSrc = testFiles('packages/server/src')
  const blackBox = inSrc.filter((file) => /support\/|createService/.test(readFileSync(join(root, file), 'utf8')))
  expect(blackBox).toEqual([])
})
