// Packs every published package, and installs the tarballs with npm into empty projects of many kinds. Build the packages first.
// Plain JavaScript, because it runs on the oldest Node that the packages support.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commonJs, esModules, withTypeScript4 } from './cases/javascript.mjs'
import { jest } from './cases/jest.mjs'
import { typeScript } from './cases/typescript.mjs'
import { vite } from './cases/vite.mjs'
import { packPackages } from './packages.mjs'
import { createProject } from './project.mjs'

const CASES = {
  'ES modules in JavaScript: the quick start runs': esModules,
  'CommonJS in JavaScript: the quick start runs': commonJs,
  'TypeScript 4.9 beside it: installs, and the quick start runs': withTypeScript4,
  'TypeScript with commonjs, nodenext and bundler: the README compiles, and every entry loads': typeScript,
  'Jest in CommonJS: a trail over HTTP, and a recording trail': jest,
  'Vite with React 18: the kit builds and compiles': (project) => vite(project, 18),
  'Vite with React 19: the kit builds and compiles': (project) => vite(project, 19),
}

const only = process.argv[2]
const folder = mkdtempSync(join(tmpdir(), 'whodid-install-'))
const start = Date.now()
let failed = 0
try {
  const packages = packPackages(folder)
  console.log(`Packed ${packages.map(({ name }) => name).join(', ')}. Node ${process.version}.`)
  for (const [name, run] of Object.entries(CASES)) {
    if (only && !name.startsWith(only)) continue
    const caseStart = Date.now()
    const path = mkdtempSync(join(folder, 'case-'))
    try {
      await run(createProject(path, packages))
      console.log(`ok     ${name} (${((Date.now() - caseStart) / 1_000).toFixed(0)} s)`)
    } catch (error) {
      failed += 1
      console.error(`FAILED ${name}\n${error instanceof Error ? error.stack : error}`)
    }
    rmSync(path, { recursive: true, force: true })
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(
  `${failed === 0 ? 'All cases passed' : `${failed} failed`} in ${((Date.now() - start) / 1_000).toFixed(0)} s.`,
)
if (failed > 0) process.exitCode = 1
