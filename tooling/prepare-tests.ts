import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findChromium } from './chromium.ts'

// Installs a Chromium if there is none. It is the one thing the tests need that no npm package brings.

function run(command: string, args: string[]): boolean {
  console.log(`No Chromium found. Running: ${command} ${args.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(command, args, { stdio: 'inherit', env }).status === 0
}

if (!findChromium()) {
  const canUseApt = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  const isInstalled =
    (canUseApt && run('apt-get', ['update', '-qq']) && run('apt-get', ['install', '-y', '-qq', 'chromium'])) ||
    run('pnpm', ['exec', 'playwright', 'install', 'chromium'])
  if (!isInstalled || !findChromium()) {
    console.error('The tests need a Chromium: install one, or set CHROMIUM_PATH to its path.')
    process.exit(1)
  }
}
