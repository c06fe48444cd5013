import { copyFileSync, readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'tsdown'

interface Manifest {
  name: string
  publishConfig: { exports: Record<string, string | { default: string }> }
}

const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const targets = Object.values(manifest.publishConfig.exports).map((entry) =>
  typeof entry === 'string' ? entry : entry.default,
)
const source = (path: string) => path.replace('./dist/', 'src/')
/** Threads start from a file of their own, which nothing imports. */
const workers = readdirSync('src')
  .filter((name) => name.endsWith('-worker.ts'))
  .map((name) => `src/${name}`)
const forNode = /\/(capture|express|postgres)$/.test(manifest.name)
const forReact = manifest.name === '@whodid/react'

/** One configuration for all packages: what a package publishes in `publishConfig.exports` is what is built. */
export default defineConfig({
  cwd: process.cwd(),
  entry: [
    ...targets
      .filter((path) => path.endsWith('.js'))
      .map((path) => source(path).replace(/\.js$/, forReact ? '.{ts,tsx}' : '.ts')),
    ...workers,
  ],
  format: 'esm',
  platform: forNode ? 'node' : 'neutral',
  target: forNode ? 'node20.19' : 'es2022',
  fixedExtension: false,
  dts: { sourcemap: true },
  sourcemap: true,
  // Module by module, so that a feed does not carry the CSV writer along.
  unbundle: manifest.name === '@whodid/core',
  ...(forReact && { banner: { js: "'use client';" }, inputOptions: { checks: { moduleLevelDirective: false } } }),
  hooks: {
    'build:done': () => {
      for (const path of targets.filter((target) => target.endsWith('.css'))) copyFileSync(source(path), path)
    },
  },
})
