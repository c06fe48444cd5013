import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { defineConfig, type Rolldown, type UserConfig } from 'tsdown'
import { writeBundledLicenses } from './tooling/bundled-licenses.ts'
import { joinCss } from './tooling/join-css.ts'

interface Manifest {
  name: string
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  publishConfig: { exports: Record<string, string | { import: { default: string } }> }
}

const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const targets = Object.values(manifest.publishConfig.exports).map((entry) =>
  typeof entry === 'string' ? entry : entry.import.default,
)

function toSourcePath(path: string) {
  return path.replace('./dist/', 'src/')
}

/** Worker files, which no module imports. Each is built next to the entries, whatever its folder. */
const workers = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('-worker.ts'))
  .map((path): [string, string] => [basename(path, '.ts'), `src/${path}`])
const entries = targets
  .filter((path) => path.endsWith('.js'))
  .map((path): [string, string] => [
    path.slice('./dist/'.length, -'.js'.length),
    toSourcePath(path).replace(/\.js$/, '.ts'),
  ])
const forNode = /\/(capture|express|postgres|testkit)$/.test(manifest.name)
const forReact = manifest.name === '@whodid/react'

/**
 * Development dependencies that are bundled with their types, so that no user installs them. `@trpc/*` has TypeScript as a
 * peer, which cannot be installed next to TypeScript 4 and adds 30 MB to JavaScript projects. `eventsource` asks for a newer
 * Node than the kit needs.
 */
const BUNDLED = [/^@trpc\/(client|react-query|server)$/, /^eventsource(-parser)?$/]

/**
 * Dependencies without a CommonJS build, and what they import. Jest cannot `require` them, so the CommonJS files contain them.
 */
const ESM_ONLY = [
  /^@noble\/hashes(\/|$)/,
  /^@tanstack\/(react-table|table-core|react-store|store)(\/|$)/,
  /^canonicalize$/,
  /^client-zip$/,
  /^jose$/,
  /^use-sync-external-store(\/|$)/,
]

/** The packages that the build may import. A bundled type or a forgotten dependency is then an error of the build. */
const installed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })

const deps: UserConfig['deps'] = {
  onlyImport: installed,
  // The source of the kit uses types of the service, and its declarations none of them.
  dts: { neverBundle: ['@whodid/server', 'zod'] },
}

const base: UserConfig = {
  cwd: process.cwd(),
  platform: forNode ? 'node' : 'neutral',
  target: forNode ? 'node20.19' : 'es2022',
  fixedExtension: false,
  dts: { sourcemap: true },
  sourcemap: true,
  // Drops imports that only types of the source needed.
  treeshake: { moduleSideEffects: (_id, isExternal) => (isExternal ? false : undefined) },
  ...(forReact && { banner: { js: "'use client';" }, inputOptions: { checks: { moduleLevelDirective: false } } }),
}

/** Names the files of bundled packages. npm does not publish folders called `node_modules`. */
function nameBundledFiles({
  entryFileNames = '[name].js',
  ...options
}: Rolldown.OutputOptions): Rolldown.OutputOptions {
  return {
    ...options,
    entryFileNames: (chunk) => {
      const pattern = typeof entryFileNames === 'string' ? entryFileNames : entryFileNames(chunk)
      return pattern.replace('[name]', chunk.name.replace(/^.*\/node_modules\//, 'bundled/'))
    },
  }
}

/** Builds the entries in `publishConfig.exports` of a package. All packages share this configuration. */
export default defineConfig([
  {
    ...base,
    entry: Object.fromEntries([...entries, ...workers]),
    format: 'esm',
    // One file per module, so that a page with only a feed does not load the table and the CSV writer.
    unbundle: forReact || manifest.name === '@whodid/core',
    outputOptions: nameBundledFiles,
    deps: { ...deps, onlyBundle: BUNDLED },
    hooks: {
      'build:done': () => {
        for (const path of targets.filter((target) => target.endsWith('.css')))
          writeFileSync(path, joinCss(toSourcePath(path)))
      },
    },
  },
  {
    ...base,
    // Without the workers: CommonJS files start the ESM ones.
    entry: Object.fromEntries(entries),
    format: 'cjs',
    deps: { ...deps, alwaysBundle: ESM_ONLY, onlyBundle: [...BUNDLED, ...ESM_ONLY] },
    hooks: {
      'build:done': ({ chunks }) => {
        const files = chunks.flatMap((chunk) => ('moduleIds' in chunk ? chunk.moduleIds : []))
        writeBundledLicenses('dist/bundled-licenses.txt', files)
      },
    },
  },
])
