import { chromium } from 'playwright'
import { expect, test } from 'vitest'
import { CHROMIUM_ARGS, findChromium } from '../../../tooling/chromium.ts'
import { ROUTES } from '../src/http/routes.ts'
import { event, KEYS, openService } from './support/acme.ts'
import { serve } from './support/serve.ts'

test('the page at /docs lists every route and tries each, under its own content policy', async () => {
  await using service = await openService()
  await using served = await serve(service)
  await service.append([event({ resource: { type: 'project', id: 'p1', name: '<b>Engine</b>' } })])
  const executablePath = findChromium()
  const browser = await chromium.launch({ args: CHROMIUM_ARGS, ...(executablePath && { executablePath }) })
  try {
    const page = await browser.newPage()
    const trouble: string[] = []
    page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()))
    page.on('pageerror', (error) => trouble.push(error.message))
    await page.goto(`${served.url}/docs`)
    await expect.poll(() => page.locator('details').count()).toBe(ROUTES.length)

    await page.getByLabel(/Bearer key/).fill(KEYS.acmeRead)
    const list = page.locator('details', { has: page.getByText('List events, newest first') })
    await list.locator('summary').click()
    await list.getByLabel('limit').fill('1')
    await list.getByRole('button', { name: 'Try it' }).click()
    await expect.poll(() => list.getByLabel('Answer').textContent()).toContain('"name": "<b>Engine</b>"')

    const stream = page.locator('details', { has: page.getByText('Follow events as they are stored') })
    await stream.locator('summary').click()
    await stream.getByLabel('after').fill('0')
    await stream.getByRole('button', { name: 'Try it' }).click()
    await expect.poll(() => stream.getByLabel('Answer').textContent()).toContain('id: 1')
    await stream.getByRole('button', { name: 'Stop' }).click()
    await expect.poll(() => stream.getByLabel('Answer').textContent()).toContain('Stopped.')

    await page.getByLabel(/Bearer key/).fill(KEYS.acmeIngest)
    const append = page.locator('details', { has: page.getByText('Store one event') })
    await append.locator('summary').click()
    await append.getByRole('button', { name: 'Try it' }).click()
    await expect.poll(() => append.getByLabel('Answer').textContent()).toContain('"outcome": "stored"')
    expect(trouble).toEqual([])
  } finally {
    await browser.close()
  }
})
