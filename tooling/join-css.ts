import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const IMPORT = /^@import "([^"]+)"(?: layer\(([\w-]+)\))?;\n/gm

/**
 * Joins a stylesheet and the files it imports, in order, into one sheet without imports. Neighboring imports of the same
 * layer share one `@layer` block. Imported files must not import others.
 */
export function joinCss(path: string): string {
  let openLayer: string | undefined
  const sheet = readFileSync(path, 'utf8').replace(IMPORT, (_, file: string, layer: string | undefined) => {
    const rules = readFileSync(join(dirname(path), file), 'utf8')
    if (rules.includes('@import')) throw new Error(`${file} must not use @import: list its files in ${path}.`)
    const begin = layer === openLayer ? '' : `${openLayer ? '}\n' : ''}${layer ? `@layer ${layer} {\n` : ''}`
    openLayer = layer
    return begin + rules
  })
  return openLayer ? `${sheet}}\n` : sheet
}
