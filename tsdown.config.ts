import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { defineConfig } from 'tsdown'
import { joinCss } from './tooling/join-css.ts'

interface Manifest {
  name: string
  publishConfig: { exports: Record<string, string | { default: string }> }
}

const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const targets = Object.values(manifest.publishConfig.exports).map((entry) =>
  typeof entry === 'string' ? entry : entry.default,
)

function toSourcePath(path: string) {
  return path.replace('./dist/', 'src/')
}

/** Worker files, which no module imports. Each is built next to the entries, whatever its folder. */
const workers = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('-worker.ts'))
  .map((path): [string, string] => [basename(path, '.ts'), `src/${path}`])
const forNode = /\/(capture|express|postgres)$/.test(manifest.name)
const forReact = manifest.name === '@whodid/react'

/** Builds the entries in `publishConfig.exports` of a package. All packages share this configuration. */
export default defineConfig({
  cwd: process.cwd(),
  entry: Object.fromEntries([
    ...targets
      .filter((path) => path.endsWith('.js'))
      .map((path): [string, string] => [
        path.slice('./dist/'.length, -'.js'.length),
        toSourcePath(path).replace(/\.js$/, '.ts'),
      ]),
    ...workers,
  ]),
  format: 'esm',
  platform: forNode ? 'node' : 'neutral',
  target: forNode ? 'node20.19' : 'es2022',
  fixedExtension: false,
  dts: { sourcemap: true },
  sourcemap: true,
  // One file per module, so that a page with only a feed does not load the CSV writer.
  unbundle: manifest.name === '@whodid/core',
  ...(forReact && { banner: { js: "'use client';" }, inputOptions: { checks: { moduleLevelDirective: false } } }),
  hooks: {
    'build:done': () => {
      for (const path of targets.filter((target) => target.endsWith('.css')))
        writeFileSync(path, joinCss(toSourcePath(path)))
    },
  },
})
