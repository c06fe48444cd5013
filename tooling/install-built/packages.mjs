import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

function readManifests() {
  return ['packages', 'packages/middleware', 'packages/data']
    .filter((parent) => existsSync(join(root, parent)))
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name, 'package.json')))
    .filter((path) => existsSync(path))
    .map((path) => ({ folder: dirname(path), ...JSON.parse(readFileSync(path, 'utf8')) }))
    .filter((manifest) => !manifest.private)
}

/** Packs the published packages into a folder. Returns the name, the tarball and the JavaScript entries of each. */
export function packPackages(folder) {
  const options = ['-r', '--filter', './packages/**', 'pack', '--pack-destination', folder]
  execFileSync('npx', ['--yes', 'pnpm@12.21.0', ...options], { cwd: root, stdio: 'pipe' })
  const tarballs = readdirSync(folder)
  return readManifests().map(({ folder: source, name, version, publishConfig }) => {
    if (!existsSync(join(source, publishConfig.types))) throw new Error(`${name} is not built: run \`pnpm packages\`.`)
    const tarball = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
    if (!tarballs.includes(tarball)) throw new Error(`${name} was not packed: check that it is published.`)
    const entries = Object.entries(publishConfig.exports)
      .filter(([, target]) => typeof target !== 'string')
      .map(([entry]) => name + entry.slice(1))
    return { name, tarball: join(folder, tarball), entries }
  })
}
