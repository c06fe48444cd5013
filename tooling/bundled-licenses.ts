import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
}

/** Returns the folder of the package that a file in `node_modules` belongs to. */
function findPackageFolder(file: string): string | undefined {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]
}

/** Writes the licenses of the packages that these files belong to, because they ask for a copy in what is published. */
export function writeBundledLicenses(path: string, files: readonly string[]): void {
  const folders = new Set(files.map(findPackageFolder).filter((folder) => folder !== undefined))
  const texts = new Map<string, string>()
  for (const folder of folders) {
    const manifest = join(folder, 'package.json')
    if (!existsSync(manifest)) continue
    const { name, version, license }: Manifest = JSON.parse(readFileSync(manifest, 'utf8'))
    const file = readdirSync(folder).find((entry) => /^license/i.test(entry))
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `License: ${license}`
    texts.set(`${name} ${version}`, text)
  }
  if (texts.size === 0) return
  const sections = [...texts].sort().map(([title, text]) => `${title}\n\n${text}\n`)
  writeFileSync(path, `This package contains code of these packages.\n\n${sections.join('\n---\n\n')}`)
}
