import assert from 'node:assert/strict'
import { codeByFile, readInstallLine, withoutAwait } from '../readme.mjs'

// The names under which the versions are installed. Update the README with the least one.
const LEAST = 'typescript-least'
const TS_5 = 'typescript-5'
const TS_7 = 'typescript-7'

const COMMON = {
  strict: true,
  target: 'es2022',
  lib: ['es2022', 'dom', 'dom.iterable'],
  jsx: 'react-jsx',
  esModuleInterop: true,
  noEmit: true,
  types: ['node'],
}

const NODE_NEXT = { module: 'nodenext', moduleResolution: 'nodenext' }

/** The kinds of projects. TypeScript 6 deprecates the module resolution node10, and TypeScript 7 removes it. */
const KINDS = [
  {
    folder: 'node10',
    type: 'commonjs',
    options: { module: 'commonjs', moduleResolution: 'node10' },
    extension: '',
    compilers: [LEAST, TS_5],
  },
  { folder: 'nodenext-esm', type: 'module', options: NODE_NEXT, extension: '.js', compilers: [LEAST, TS_7] },
  { folder: 'nodenext-cjs', type: 'commonjs', options: NODE_NEXT, extension: '.js', compilers: [LEAST, TS_7] },
  {
    folder: 'bundler',
    type: 'module',
    options: { module: 'esnext', moduleResolution: 'bundler' },
    extension: '',
    compilers: [LEAST, TS_7],
  },
]

// Fails to compile if the types of a package are missing, or are `any`.
const MISUSE = `import { whodid } from '@whodid/express'
import { createService } from '@whodid/server'
import { useActivityFeed } from '@whodid/react/hooks'
import { trail } from './remote.ts'

// @ts-expect-error The catalog has no such action.
void trail.record('project.exploded')
// @ts-expect-error The actor has an id.
whodid(trail, { actor: () => ({ name: 'Ada' }) })
// @ts-expect-error A service needs a catalog.
void createService({})
// @ts-expect-error A feed has no such state.
export const nothing = () => useActivityFeed().nothing
`

// The types of the router are bundled, and still fit the client of tRPC.
const TRPC_CLIENT = `import { createTRPCClient, httpBatchLink } from '@trpc/client'
import type { AppRouter } from '@whodid/server'

const client = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: 'https://acme.test/activity/trpc' })] })
export const first: Promise<string | undefined> = client.list.query({ limit: 3 }).then(({ items }) => items[0]?.id)
// @ts-expect-error The limit is a number.
void client.list.query({ limit: 'three' })
// @ts-expect-error There is no such procedure.
void client.nothing.query()
client.follow.subscribe({}, { onData: ({ id, data }) => [id, data.description] })
`

function writeKind(project, { folder, type, options, extension }) {
  const tsconfig = { compilerOptions: { ...COMMON, ...options }, include: ['.'] }
  project.write(`${folder}/package.json`, JSON.stringify({ type }))
  project.write(`${folder}/tsconfig.json`, JSON.stringify(tsconfig))
  project.write(`${folder}/css.d.ts`, "declare module '*.css'\n")
  const files = [...codeByFile].filter(([file]) => /\.tsx?$/.test(file))
  for (const [file, code] of [...files, ['misuse.ts', MISUSE]]) {
    const withExtensions = code.replace(/(from '\.\/.*)\.ts'/g, `$1${extension}'`)
    project.write(`${folder}/${file}`, type === 'module' ? withExtensions : withoutAwait(withExtensions))
  }
}

/** Compiles a folder, with the declarations of the packages. Ignores those of other packages, which may need a newer TypeScript. */
function compile(project, folder, compiler) {
  const args = [`node_modules/${compiler}/bin/tsc`, '-p', folder, '--skipLibCheck', 'false', '--pretty', 'false']
  const output = project.run(process.execPath, args, { canFail: true })
  const errors = output.split('\n').filter((line) => /error TS/.test(line))
  const ours = errors.filter((line) => !line.startsWith('node_modules/') || line.startsWith('node_modules/@whodid/'))
  assert.deepEqual(ours, [], `${folder} with ${compiler}`)
}

export function typeScript(project) {
  project.install({
    type: 'module',
    names: [
      ...new Set([
        ...readInstallLine('@whodid/core'),
        ...readInstallLine('@whodid/react'),
        '@types/express',
        '@types/node',
        '@types/pg',
        'express',
        'pg',
      ]),
    ],
    versions: {
      '@trpc/client': '11.19.0',
      '@trpc/server': '11.19.0',
      '@types/react': '^19.0.0',
      react: '^19.0.0',
      'react-dom': '^19.0.0',
    },
    devVersions: {
      [LEAST]: 'npm:typescript@~5.4.5',
      [TS_5]: 'npm:typescript@~5.9.3',
      [TS_7]: 'npm:typescript@~7.0.2',
    },
  })
  for (const kind of KINDS) writeKind(project, kind)
  project.write('trpc/client.ts', TRPC_CLIENT)
  project.write('trpc/tsconfig.json', JSON.stringify({ compilerOptions: { ...COMMON, ...NODE_NEXT }, include: ['.'] }))
  for (const { folder, compilers } of KINDS) for (const compiler of compilers) compile(project, folder, compiler)
  compile(project, 'trpc', TS_7)
  loadEntries(project)
}

/** Loads every entry as an ES module and with `require`, with the same exports. Both recognize each other's errors. */
function loadEntries(project) {
  const entries = project.packages.filter(({ name }) => name !== '@whodid/testkit').flatMap(({ entries }) => entries)
  const script = `import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
for (const entry of ${JSON.stringify(entries)}) {
  const [imported, required] = [await import(entry), require(entry)]
  assert.deepEqual(Object.keys(required).sort(), Object.keys(imported).sort(), entry)
}
const [esm, cjs] = [await import('@whodid/core'), require('@whodid/core')]
assert.notEqual(esm.WhodidError, cjs.WhodidError)
assert(new cjs.WhodidError('closed', 'Closed') instanceof esm.WhodidError)
assert(new esm.WhodidError('closed', 'Closed') instanceof cjs.WhodidError)
`
  project.write('load.mjs', script)
  project.run(process.execPath, ['--no-experimental-require-module', 'load.mjs'])
}
