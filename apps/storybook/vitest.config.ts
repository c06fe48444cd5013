import { storybookTest } from '@storybook/addon-vitest/vitest-plugin'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { CHROMIUM_ARGS, findChromium } from '../../tooling/chromium.ts'

const executablePath = findChromium()

/** Every story is a test in Chromium: it renders, its play function passes, and axe finds no violations. */
export default defineConfig({
  plugins: [storybookTest({ configDir: `${import.meta.dirname}/.storybook` })],
  test: {
    name: 'storybook',
    testTimeout: 60_000,
    // All files share one page, so that the database starts once.
    isolate: false,
    fileParallelism: false,
    // After the other projects, which run in parallel.
    sequence: { groupOrder: 1 },
    browser: {
      enabled: true,
      headless: true,
      provider: playwright({ launchOptions: { args: CHROMIUM_ARGS, ...(executablePath && { executablePath }) } }),
      instances: [{ browser: 'chromium' }],
    },
  },
})
