import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  resolve: { dedupe: ['react', 'react-dom', '@tanstack/react-query'] },
  build: { chunkSizeWarningLimit: 800, rolldownOptions: { checks: { moduleLevelDirective: false } } },
})
