import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'tsdown'
import { z } from 'zod'

const ROOT = join(import.meta.dirname, '../..')
// Below the root, so that the app finds Express and the loggers in the workspace.
const FOLDER = join(ROOT, 'node_modules/.cache/whodid-bench-capture')
const PACKAGES = { '@whodid/core': 'core', '@whodid/capture': 'capture', '@whodid/express': 'middleware/express' }

const manifestSchema = z.object({ dependencies: z.record(z.string(), z.string()).default({}) })

function runPnpm(...args: readonly string[]): void {
  const filters = Object.keys(PACKAGES).map((name) => `--filter=${name}`)
  execFileSync('npx', ['--yes', 'pnpm@12.21.0', ...filters, ...args], { cwd: ROOT, stdio: 'pipe', encoding: 'utf8' })
}

/** Unpacks the package as npm would install it, with links to its dependencies. */
function unpack(name: string, source: string): void {
  const folder = join(FOLDER, 'node_modules', name)
  const prefix = `${name.slice(1).replace('/', '-')}-`
  const tarball = readdirSync(FOLDER).find((file) => file.startsWith(prefix) && file.endsWith('.tgz'))
  if (tarball === undefined) throw new Error(`${name} was not packed.`)
  mkdirSync(folder, { recursive: true })
  execFileSync('tar', ['-xzf', join(FOLDER, tarball), '-C', folder, '--strip-components=1'])
  const { dependencies } = manifestSchema.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))
  for (const dependency of Object.keys(dependencies).filter((each) => !(each in PACKAGES))) {
    const link = join(folder, 'node_modules', dependency)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(realpathSync(join(ROOT, 'packages', source, 'node_modules', dependency)), link)
  }
}

/** Builds the packages as published, and the server. Returns the path of the server. */
export async function buildServer(): Promise<string> {
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  runPnpm('build')
  runPnpm('pack', '--pack-destination', FOLDER)
  for (const [name, source] of Object.entries(PACKAGES)) unpack(name, source)
  await build({
    config: false,
    entry: { server: join(import.meta.dirname, 'server.ts') },
    outDir: FOLDER,
    clean: false,
    format: 'esm',
    target: 'node20',
    fixedExtension: true,
    dts: false,
    logLevel: 'warn',
    deps: { neverBundle: true },
  })
  return join(FOLDER, 'server.mjs')
}
