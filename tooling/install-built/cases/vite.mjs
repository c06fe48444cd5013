import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { readCode, readInstallLine } from '../readme.mjs'

const MAIN = `import { createRoot } from 'react-dom/client'
import { ActivityPage } from './activity-page'

const root = document.getElementById('root')
if (root) createRoot(root).render(<ActivityPage />)
`

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable'],
    module: 'esnext',
    moduleResolution: 'bundler',
    jsx: 'react-jsx',
    noEmit: true,
    types: ['vite/client'],
    skipLibCheck: false,
  },
  include: ['*.tsx'],
}

/** The bound of the README of the kit, for a page with a feed, without React. */
const MAX_FEED_KIB = 60

// Builds the page without React, as an entry whose chunks are listed in a manifest.
const CONFIG_WITHOUT_REACT = `export default {
  build: { outDir: 'sized', manifest: true, rolldownOptions: { external: /^react(-dom)?($|\\/)/ } },
}
`

export function vite(project, react) {
  project.install({
    type: 'module',
    names: readInstallLine('@whodid/react'),
    versions: { react: `^${react}.0.0`, 'react-dom': `^${react}.0.0` },
    devVersions: {
      '@types/react': `^${react}.0.0`,
      '@types/react-dom': `^${react}.0.0`,
      typescript: '~7.0.2',
      vite: '^8.0.0',
    },
  })
  assert.deepEqual(project.findInstalled('@trpc/client'), [])
  assert.deepEqual(project.findInstalled('@whodid/server'), [])
  project.write('activity-page.tsx', readCode('activity-page.tsx'))
  project.write('main.tsx', MAIN)
  project.write('index.html', '<div id="root"></div><script type="module" src="/main.tsx"></script>')
  project.write('tsconfig.json', JSON.stringify(TSCONFIG))
  project.write('without-react.config.js', CONFIG_WITHOUT_REACT)

  project.run('npx', ['tsc', '-p', '.'])
  project.run('npx', ['vite', 'build'])
  const assets = join(project.folder, 'dist/assets')
  const files = readdirSync(assets).map((name) => readFileSync(join(assets, name), 'utf8'))
  assert(files.some((text) => text.includes('whodid-feed')))
  project.run('npx', ['vite', 'build', '--config', 'without-react.config.js'])
  const size = measureInitialSize(join(project.folder, 'sized'))
  assert(size > 30 && size <= MAX_FEED_KIB, `A feed takes ${size.toFixed(1)} KiB.`)
}

/** Returns the JavaScript that the page loads at first, in KiB gzipped. */
function measureInitialSize(folder) {
  const chunks = JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8'))
  const initial = new Set()
  function add(key) {
    if (initial.has(key)) return
    initial.add(key)
    for (const imported of chunks[key].imports ?? []) add(imported)
  }
  for (const [key, { isEntry }] of Object.entries(chunks)) if (isEntry) add(key)
  const sizes = [...initial].map((key) => gzipSync(readFileSync(join(folder, chunks[key].file)), { level: 9 }).length)
  return sizes.reduce((sum, size) => sum + size, 0) / 1024
}
