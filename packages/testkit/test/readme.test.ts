import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** Runs the block of Jest with the functions of vitest, which have the same names. */
const RUN_AS_JEST = `import { beforeEach, expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
const modules = {
  '@whodid/testkit': await import('@whodid/testkit'),
  supertest: (await import('supertest')).default,
  './activity.js': await import('./activity.ts'),
  './app.js': await import('./app.ts'),
}
const code = readFileSync(new URL('projects.test.js', import.meta.url), 'utf8')
new Function('require', 'beforeEach', 'expect', 'test', code)((name) => modules[name], beforeEach, expect, test)
`

test('the tests in the README pass', () => {
  const folder = join(import.meta.dirname, '../.whodid/readme')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
  const blocks = readme.matchAll(/^```[jt]s\n\/\/ ([\w./-]+)\n([\s\S]*?)^```$/gm)
  for (const [, name = '', code = ''] of blocks) writeFileSync(join(folder, name), code)
  writeFileSync(join(folder, 'as-jest.test.ts'), RUN_AS_JEST)
  const files = ['projects.test.ts', 'archive.test.ts', 'as-jest.test.ts']
  const report = join(folder, 'report.json')
  const args = ['run', '--root', folder, '--reporter=json', `--outputFile=${report}`, ...files]
  const { stderr } = spawnSync('vitest', args, { encoding: 'utf8', env: { ...process.env, VITEST: undefined } })
  expect(stderr).toBe('')
  expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({
    success: true,
    numPassedTests: 4,
    numTotalTests: 4,
  })
  rmSync(folder, { recursive: true })
})
