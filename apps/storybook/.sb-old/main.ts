import type { StorybookConfig } from '@storybook/react-vite'
import { mergeConfig } from 'vite'

const config: StorybookConfig = {
  framework: '@storybook/react-vite',
  stories: ['../stories/**/*.stories.tsx'],
  addons: ['@storybook/addon-docs', '@storybook/addon-a11y', '@storybook/addon-vitest'],
  core: { disableTelemetry: true, disableWhatsNewNotifications: true },
  typescript: { reactDocgen: 'react-docgen' },
  viteFinal: (base) =>
    mergeConfig(base, { resolve: { alias: [{ find: '@whodid/react/styles.css', replacement: '/tmp/rt/old.css' }] },
      build: {
        chunkSizeWarningLimit: 2_000,
        rolldownOptions: { checks: { moduleLevelDirective: false, eval: false } },
      },
      optimizeDeps: { exclude: ['@electric-sql/pglite'] },
    }),
}

export default config
