import { defineConfig } from 'vitest/config'

const node = {
  globalSetup: ['./tooling/global-setup.ts'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
}
const folders = ['packages', 'apps/demo', 'tests', 'tooling']
const HEAVY = 'heavy.test.ts'

export default defineConfig({
  test: {
    reporters: ['default', './tooling/closing-line.ts'],
    // Vitest's default leaves one core idle, which is half of a machine with two.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          ...node,
          name: 'node',
          include: folders.map((folder) => `${folder}/**/*.test.{ts,tsx}`),
          exclude: ['**/node_modules/**', `**/*.${HEAVY}`],
          // Test files share processes, so that modules load and PGlite compiles once for each.
          isolate: false,
        },
      },
      {
        test: {
          ...node,
          name: 'heavy',
          include: folders.map((folder) => `${folder}/**/*.${HEAVY}`),
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      './apps/storybook/vitest.config.ts',
    ],
  },
})
