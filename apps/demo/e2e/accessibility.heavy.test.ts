import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { AxeResults } from 'axe-core'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '../../../tooling/chromium.ts'
import { type Demo, startDemo } from './demo.ts'
import { getPages } from './pages.ts'

const PAGES = [
  ...['/', '/projects', '/projects/prj_storefront', '/projects/prj_storefront?tab=History', '/generations', '/jobs'],
  ...['/api-keys', '/webhooks', '/domains', '/members', '/members/usr_ada', '/billing', '/billing/orders'],
  ...['/activity', '/activity?tab=Table', '/notifications', '/settings', '/profile', '/profile?tab=Activity'],
]

let demo: Demo
let browser: Browser
let axe: string
beforeAll(async () => {
  const pages = await getPages()
  ;[demo, browser, axe] = await Promise.all([
    startDemo({ flags: ['--traffic'], pages }),
    launchChromium(),
    readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8'),
  ])
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await demo?.[Symbol.asyncDispose]()
})

describe.each([
  { width: 1280, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const)('at $width px, $colorScheme', ({ width, colorScheme }) => {
  test('every page is accessible, fits the viewport and logs no errors', { timeout: 180_000 }, async () => {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme,
      reducedMotion: 'reduce',
      bypassCSP: true,
    })
    const page = await context.newPage()
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(`${page.url()}: ${error}`))
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(`${page.url()}: ${message.text()}`)
    })

    async function checkPage(path: string) {
      await page.evaluate(axe)
      const { violations } = await page.evaluate<AxeResults>('axe.run()')
      const found = violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html }) => `${path}: ${id}: ${html.slice(0, 200)}`),
      )
      problems.push(...found)
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      )
      if (overflow !== 0) problems.push(`${path}: ${overflow} px of horizontal overflow`)
    }

    await page.goto(demo.url)
    await page.getByRole('button', { name: 'Ada Lovelace' }).click()
    await checkPage('sign-in')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { level: 1 }).waitFor()
    for (const path of PAGES) {
      await page.goto(demo.url + path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForFunction('!document.querySelector("[aria-busy=true]")')
      await checkPage(path)
    }
    await context.close()
    expect(problems).toEqual([])
  })
})
