import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    reporters: ['default', './tooling/closing-line.ts'],
    projects: [
      {
        test: {
          name: 'node',
          include: [
            'packages/**/*.test.{ts,tsx}',
            'apps/demo/**/*.test.ts',
            'tests/**/*.test.ts',
            'tooling/**/*.test.ts',
          ],
          globalSetup: ['./tooling/postgres-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      './apps/storybook/vitest.config.ts',
    ],
  },
})
