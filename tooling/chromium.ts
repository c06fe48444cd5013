import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright'

/** Flags for a headless Chromium that connects to loopback only. */
export const CHROMIUM_ARGS: string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const SYSTEM_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Finds a Chromium: `CHROMIUM_PATH`, the system's, or Playwright's own. Returns undefined when there is none. */
export function findChromium(): string | undefined {
  const path = process.env.CHROMIUM_PATH
  if (path) {
    if (!existsSync(path)) throw new Error(`CHROMIUM_PATH is ${path}, which does not exist: correct it or unset it.`)
    return path
  }
  return [...SYSTEM_PATHS, chromium.executablePath()].find((each) => existsSync(each))
}

/** Launches the Chromium that {@link findChromium} finds. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium()
  return chromium.launch({ args: CHROMIUM_ARGS, ...(executablePath && { executablePath }) })
}
