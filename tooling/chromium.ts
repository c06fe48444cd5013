import { existsSync } from 'node:fs'
import { chromium } from 'playwright'

/** Flags for a headless Chromium that talks to loopback only. */
export const CHROMIUM_ARGS: string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const SYSTEM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The path of a Chromium: `CHROMIUM_PATH`, the system's, or Playwright's own; undefined when there is none. */
export function findChromium(): string | undefined {
  const given = process.env.CHROMIUM_PATH
  if (given) {
    if (!existsSync(given))
      throw new Error(`CHROMIUM_PATH is ${given}, where there is no file: correct it or unset it.`)
    return given
  }
  return [...SYSTEM, chromium.executablePath()].find((path) => existsSync(path))
}
