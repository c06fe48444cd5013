import { expect, test } from 'vitest'
import { launchChromium } from '../../../tooling/chromium.ts'
import { ROUTES } from '../src/http/routes.ts'
import { createEvent, KEYS, openService } from './support/acme.ts'
import { serve } from './support/serve.ts'

test('the page at /docs lists every route and can call it under its content security policy', async () => {
  await using service = await openService()
  await using served = await serve(service)
  await service.append([createEvent({ resource: { type: 'project', id: 'p1', name: '<b>Engine</b>' } })])
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    const problems: string[] = []
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    page.on('pageerror', (error) => problems.push(error.message))
    await page.goto(`${served.url}/docs`)
    await expect.poll(() => page.locator('details').count()).toBe(ROUTES.length)

    await page.getByLabel(/API key/).fill(KEYS.acmeRead)
    const list = page.locator('details', { has: page.getByText('List events') })
    await list.locator('summary').click()
    await list.getByLabel('limit').fill('1')
    await list.getByRole('button', { name: 'Try it' }).click()
    await expect.poll(() => list.getByLabel('Response').textContent()).toContain('"name": "<b>Engine</b>"')

    const stream = page.locator('details', { has: page.getByText('Stream new events') })
    await stream.locator('summary').click()
    await stream.getByLabel('after').fill('0')
    await stream.getByRole('button', { name: 'Try it' }).click()
    await expect.poll(() => stream.getByLabel('Response').textContent()).toContain('id: 1')
    await stream.getByRole('button', { name: 'Stop' }).click()
    await expect.poll(() => stream.getByLabel('Response').textContent()).toContain('Stopped.')

    await page.getByLabel(/API key/).fill(KEYS.acmeIngest)
    const append = page.locator('details', { has: page.getByText('Store one event') })
    await append.locator('summary').click()
    await append.getByRole('button', { name: 'Try it' }).click()
    await expect.poll(() => append.getByLabel('Response').textContent()).toContain('"outcome": "stored"')
    expect(problems).toEqual([])
  } finally {
    await browser.close()
  }
})
