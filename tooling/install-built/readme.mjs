import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './packages.mjs'

const readme = readFileSync(join(root, 'README.md'), 'utf8')

/** The named code blocks of the README, by file name: `server.ts`. */
export const codeByFile = new Map(
  [...readme.matchAll(/^```(?:tsx?|js)\n\/\/ (\S+)\n([\s\S]*?)^```$/gm)].map(([, name, code]) => [name, code]),
)

/** Returns what the README's `npm install` line with this package installs. */
export function readInstallLine(name) {
  const lines = [...readme.matchAll(/^npm install (.+)$/gm)].map(([, names]) => names.split(' '))
  const found = lines.find((names) => names.includes(name))
  if (!found) throw new Error(`No install line of the README has ${name}.`)
  return found
}

/** Returns a code block of the README. */
export function readCode(file) {
  const code = codeByFile.get(file)
  if (code === undefined) throw new Error(`No code block of the README is called ${file}.`)
  return code
}

/** Leaves out `await`, as the README says for CommonJS. */
export function withoutAwait(code) {
  return code.replace(/await (createService|pglite)\(/g, '$1(')
}
