// Packs every published package, installs the tarballs with npm into an empty project, and loads every entry.
// Plain JavaScript, because it runs on the oldest Node that the packages support.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = new URL('..', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'whodid-install-'))
try {
  const pnpm = ['--yes', 'pnpm@12.21.0', '-r', '--filter', './packages/**', 'pack', '--pack-destination', folder]
  execFileSync('npx', pnpm, { cwd: root, stdio: 'pipe' })
  const manifests = ['core', 'capture', 'middleware/express', 'server', 'postgres', 'react'].map((name) =>
    JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')),
  )
  const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  const dependencies = Object.fromEntries(
    manifests.map(({ name }) => {
      const stem = `${name.replace('@', '').replace('/', '-')}-`
      const tarball = tarballs.find((file) => file.startsWith(stem))
      if (!tarball) throw new Error(`${name} was not packed: check that it is published.`)
      return [name, `file:./${tarball}`]
    }),
  )
  const others = {
    express: '^5.0.0',
    pg: '^8.11.0',
    '@electric-sql/pglite': '~0.5.16',
    react: '^19.0.0',
    'react-dom': '^19.0.0',
  }
  const trpc = Object.fromEntries(['client', 'react-query', 'server'].map((name) => [`@trpc/${name}`, '11.19.0']))
  const manifest = {
    type: 'module',
    dependencies: { ...dependencies, ...others, ...trpc, '@tanstack/react-query': '^5.80.3' },
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, overrides: dependencies }))
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: 'inherit' })
  const entries = manifests.flatMap(({ name, publishConfig }) =>
    Object.entries(publishConfig.exports)
      .filter(([, target]) => typeof target !== 'string')
      .map(([entry]) => name + entry.slice(1)),
  )
  const script = entries.map(
    (entry) => `console.log(process.version, '${entry}', Object.keys(await import('${entry}')).length)`,
  )
  writeFileSync(join(folder, 'load.js'), script.join('\n'))
  execFileSync(process.execPath, ['load.js'], { cwd: folder, stdio: 'inherit' })
} finally {
  rmSync(folder, { recursive: true, force: true })
}
