import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build, preview } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '../tooling/chromium.ts'

const root = join(import.meta.dirname, '..')
const out = join(import.meta.dirname, 'docs-blocks')

interface Block {
  readonly language: string
  readonly code: string
}

/** Reads the fenced code blocks of a Markdown file, in order. */
function readBlocks(path: string): Block[] {
  const fences = readFileSync(join(root, path), 'utf8').matchAll(/^```(\w+)[^\n]*\n([\s\S]*?)^```$/gm)
  return [...fences].map(([, language = '', code = '']) => ({ language, code }))
}

function documents(): string[] {
  const found = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md') && entry.name !== 'CHANGELOG.md')
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
  return found.filter((path) => !/(^|\/)(node_modules|dist|docs-blocks|\.[^/]+)\//.test(path)).sort()
}

/** Writes the TypeScript blocks of a document as files, named by their first line or their position. */
function writeBlocks(path: string): string {
  const folder = join(out, path.replaceAll('/', '_').replace(/\.md$/, ''))
  mkdirSync(folder, { recursive: true })
  for (const [place, { language, code }] of readBlocks(path).entries()) {
    if (language !== 'ts' && language !== 'tsx') continue
    const name = /^\/\/ ([\w./-]+\.tsx?)/.exec(code)?.[1] ?? `block-${place + 1}.${language}`
    writeFileSync(join(folder, name), `${code}\nexport {}\n`)
  }
  return folder
}

beforeAll(() => rmSync(out, { recursive: true, force: true }))
afterAll(() => rmSync(out, { recursive: true, force: true }))

test('every TypeScript block in the docs compiles', () => {
  for (const path of documents()) writeBlocks(path)
  const config = { extends: '../../tsconfig.json', include: ['.'], exclude: [] }
  writeFileSync(join(out, 'tsconfig.json'), JSON.stringify(config))
  const { stdout } = spawnSync('tsc', ['-p', out, '--pretty', 'false'], { cwd: root, encoding: 'utf8' })
  expect(stdout).toBe('')
})

test('every script named in the docs exists', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const shell = documents().flatMap((path) => readBlocks(path).filter(({ language }) => language === 'sh'))
  const named = shell.flatMap(({ code }) =>
    [...code.matchAll(/^npx pnpm@[\d.]+ (\S+)/gm)].map(([, script = '']) => script),
  )
  expect(named).toContain('demo')
  expect(named.filter((script) => script !== 'install' && !(script in scripts))).toEqual([])
})

test('every link in the docs to a file works', () => {
  const broken = documents().flatMap((path) => {
    const links = readFileSync(join(root, path), 'utf8').matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)
    return [...links].map(([, to = '']) => ({ path, to })).filter(({ to }) => !existsSync(join(root, path, '..', to)))
  })
  expect(broken).toEqual([])
})

describe('the quick start of the README', () => {
  let folder: string
  let server: ChildProcess
  let url: string

  beforeAll(async () => {
    folder = writeBlocks('README.md')
    server = spawn(process.execPath, ['server.ts'], {
      cwd: folder,
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    if (!server.stdout) throw new Error('The server was started without a pipe.')
    const [line] = await once(createInterface({ input: server.stdout }), 'line')
    url = `http://localhost:${/port: (\d+)/.exec(String(line))?.[1]}`
  })

  afterAll(async () => {
    const ended = once(server, 'exit')
    server.kill('SIGTERM')
    await ended
  })

  const send = (method: string, path: string, body: object) =>
    fetch(url + path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

  test('requests become named events, shown on the page', async () => {
    await send('POST', '/projects', { name: 'Engine' })
    await send('PATCH', '/projects/p1', { name: 'Difference Engine' })
    await send('POST', '/members/u2/role', { role: 'owner' })
    const main = `import { createRoot } from 'react-dom/client'
import { ActivityPage } from './activity-page.tsx'
const page = document.getElementById('root')
if (page) createRoot(page).render(<ActivityPage />)
`
    writeFileSync(join(folder, 'main.tsx'), main)
    writeFileSync(join(folder, 'index.html'), '<div id="root"></div><script type="module" src="/main.tsx"></script>')
    await build({ root: folder, configFile: false, logLevel: 'error' })
    const pages = await preview({
      root: folder,
      configFile: false,
      logLevel: 'error',
      preview: { port: 0, host: '127.0.0.1', proxy: { '/activity': url } },
    })
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      await page.goto(pages.resolvedUrls?.local[0] ?? '')
      await page.getByText('Engine was created').first().waitFor()
      await page.getByText('Member role changed to owner').first().waitFor()
      const card = page.locator('.whodid-card, .whodid-feed').first()
      expect(await card.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe('rgb(255, 255, 255)')
      const { items } = await (await fetch(`${url}/activity/api/v1/events`)).json()
      expect(items.map(({ description }: { description: string }) => description)).toEqual([
        'Member role changed to owner',
        'Project Difference Engine was updated',
        'Engine was created',
      ])
      expect(items[1].changes).toEqual([{ path: '/name', from: 'Engine', to: 'Difference Engine' }])
      expect(items.map(({ actor }: { actor: { name: string } }) => actor.name)).toEqual(Array(3).fill('Ada Lovelace'))
      await send('POST', '/projects', { name: 'Loom' })
      await page.getByText('Loom was created').first().waitFor()
    } finally {
      await browser.close()
      await pages.close()
    }
  })
})
