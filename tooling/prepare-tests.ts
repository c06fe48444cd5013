import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findChromium } from './chromium.ts'

/** Installs the one thing that the tests need and a registry package does not bring: a Chromium. */
function run(command: string, args: string[]): boolean {
  console.log(`No Chromium was found: ${command} ${args.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(command, args, { stdio: 'inherit', env }).status === 0
}

if (!findChromium()) {
  const debianRoot = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  const installed =
    (debianRoot && run('apt-get', ['update', '-qq']) && run('apt-get', ['install', '-y', '-qq', 'chromium'])) ||
    run('pnpm', ['exec', 'playwright', 'install', 'chromium'])
  if (!installed || !findChromium()) {
    console.error(
      'The tests need a Chromium and none could be installed: install one, or set CHROMIUM_PATH to its path.',
    )
    process.exit(1)
  }
}
