import assert from 'node:assert/strict'
import { checkQuickStart } from '../quick-start.mjs'
import { readCode, readInstallLine } from '../readme.mjs'
import { stripTypes } from '../strip-types.mjs'

const NAMES = [...readInstallLine('@whodid/core'), 'express']

/** Fails for packages that no JavaScript project should get: TypeScript takes 30 MB. */
function checkNotInstalled(project) {
  assert.deepEqual(project.findInstalled('typescript'), [])
  assert.deepEqual(project.findInstalled('@trpc/server'), [])
}

export async function esModules(project) {
  project.install({ type: 'module', names: NAMES })
  checkNotInstalled(project)
  for (const name of ['activity', 'app', 'server']) project.write(`${name}.js`, await stripTypes(`${name}.ts`))
  await checkQuickStart(project, 'server.js')
}

export async function commonJs(project) {
  project.install({ type: 'commonjs', names: NAMES })
  checkNotInstalled(project)
  project.write('server.cjs', readCode('server.cjs'))
  // As in Node before 20.19, in Jest and in bundlers: an ES module cannot be required.
  await checkQuickStart(project, 'server.cjs', ['--no-experimental-require-module'])
}

export async function withTypeScript4(project) {
  project.install({ type: 'commonjs', names: NAMES, devVersions: { typescript: '~4.9.5' } })
  assert.match(project.run('npx', ['tsc', '--version']), /Version 4\.9/)
  assert.equal(project.findInstalled('typescript').length, 1)
  project.write('server.cjs', readCode('server.cjs'))
  await checkQuickStart(project, 'server.cjs')
}
