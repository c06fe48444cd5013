import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Packs the package in the working folder as published, and checks the tarball with publint and attw. */
const folder = mkdtempSync(join(tmpdir(), 'whodid-pack-'))

function run(command: string, args: string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) {
    console.error(`${command} ${args.join(' ')}\n${stdout}${stderr}`)
    process.exitCode = 1
  }
}

try {
  run('pnpm', ['pack', '--pack-destination', folder])
  for (const name of readdirSync(folder)) {
    run('publint', [join(folder, name), '--strict'])
    run('attw', [join(folder, name), '--profile', 'esm-only', '--exclude-entrypoints', './styles.css'])
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
