import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Packs the package in the working folder as published, and checks the tarball with publint and attw: all types resolve in
 * CommonJS and in ES modules, with every module resolution of TypeScript.
 */
const folder = mkdtempSync(join(tmpdir(), 'whodid-pack-'))

function run(command: string, args: string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) {
    console.error(`${command} ${args.join(' ')}\n${stdout}${stderr}`)
    process.exitCode = 1
  }
  return stdout
}

try {
  run('pnpm', ['pack', '--pack-destination', folder])
  for (const name of readdirSync(folder)) {
    run('publint', [join(folder, name), '--strict'])
    // A style sheet has no types.
    const report = run('attw', [join(folder, name), '--exclude-entrypoints', './styles.css'])
    // attw passes a package that has no types at all.
    if (report.includes('does not contain types')) throw new Error(`${name} has no types.`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
