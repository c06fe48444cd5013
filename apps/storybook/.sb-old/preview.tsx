import '@whodid/react/styles.css'
import './preview.css'
import type { Preview } from '@storybook/react-vite'
import { configure } from 'storybook/test'
import { withProvider, withStage } from '../stage.tsx'

// Stories wait for a database, which can take longer than the default second.
configure({ asyncUtilTimeout: 8_000 })

const preview: Preview = {
  tags: ['autodocs'],
  loaders: [withStage],
  decorators: [withProvider],
  parameters: {
    layout: 'fullscreen',
    a11y: { test: 'error' },
    options: {
      storySort: {
        order: [
          'ActivityProvider',
          'ActivityFeed',
          'ActivityTable',
          'ActivityFilters',
          'ActivityDetails',
          'ActivityExport',
        ],
      },
    },
    viewport: {
      options: { phone: { name: 'Phone', type: 'mobile', styles: { width: '390px', height: '844px' } } },
    },
  },
  initialGlobals: { theme: 'light', dir: 'ltr' },
  globalTypes: {
    theme: {
      description: 'Theme',
      toolbar: { icon: 'contrast', items: ['light', 'dark'], dynamicTitle: true },
    },
    dir: {
      description: 'Direction',
      toolbar: { icon: 'transfer', items: ['ltr', 'rtl'], dynamicTitle: true },
    },
  },
}

export default preview
