import { readFile } from 'node:fs/promises'
import type { Browser, BrowserContext, Locator, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../../../tooling/chromium.ts'
import { type Demo, startDemo } from './demo.ts'
import { getPages } from './pages.ts'

let demo: Demo
let browser: Browser
let context: BrowserContext
beforeAll(async () => {
  browser = await launchChromium()
  demo = await startDemo({ pages: await getPages() })
  context = await browser.newContext({
    viewport: { width: 1280, height: 1000 },
    acceptDownloads: true,
    reducedMotion: 'reduce',
    locale: 'en-GB',
  })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: demo.url })
  context.setDefaultTimeout(15_000)
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await demo?.[Symbol.asyncDispose]()
})

interface Expected {
  readonly sentence: string
  readonly badge: string
  readonly kind: string
  readonly name: string
  readonly change: RegExp
}

const LIFECYCLE: readonly Expected[] = [
  { sentence: 'Project Engine was created', badge: 'Created', kind: 'create', name: 'Engine', change: /Name.*Engine/ },
  {
    sentence: 'Project Difference Engine was updated',
    badge: 'Updated',
    kind: 'update',
    name: 'Difference Engine',
    change: /Name.*Engine.*Difference Engine/,
  },
  {
    sentence: 'Project Difference Engine was archived',
    badge: 'Archived',
    kind: 'update',
    name: 'Difference Engine',
    change: /Status.*active.*archived/,
  },
  {
    sentence: 'Project Difference Engine was deleted',
    badge: 'Deleted',
    kind: 'delete',
    name: 'Difference Engine',
    change: /Name.*Difference Engine/,
  },
]

test('a project is created, updated, archived and deleted, and its events can be searched, filtered and exported', {
  timeout: 180_000,
}, async () => {
  const feedPage = await signInAsAda(context)
  const problems = collectProblems(feedPage)
  await feedPage.getByRole('button', { name: 'Accept all' }).click()
  await feedPage.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Activity' }).click()
  const feed = feedPage.getByRole('feed', { name: 'Activity' })
  const article = (sentence: string) => feed.getByRole('article', { name: sentence, exact: true })
  await article('Ada Lovelace signed in').waitFor()
  await feedPage.evaluate(() => Object.assign(globalThis, { stillTheSamePage: true }))

  // Ada works in a second tab. The feed updates live.
  const work = await context.newPage()
  const workProblems = collectProblems(work)
  await work.goto(`${demo.url}/projects`)
  await work.getByRole('button', { name: 'New project' }).click()
  await work.getByLabel('Name').fill('Engine')
  await work.getByRole('button', { name: 'Create project' }).click()
  await work.getByRole('heading', { name: 'Engine', level: 1 }).waitFor()
  const link = article('Project Engine was created').getByRole('link', { name: 'Engine' })
  await expect.poll(() => link.getAttribute('href')).toBe(new URL(work.url()).pathname)

  await work.getByRole('button', { name: 'Edit', exact: true }).click()
  await work.getByLabel('Name').fill('Difference Engine')
  await work.getByRole('button', { name: 'Save' }).click()
  await work.getByRole('heading', { name: 'Difference Engine', level: 1 }).waitFor()
  await work.getByRole('button', { name: 'Archive' }).click()
  await work.getByRole('button', { name: 'Restore' }).waitFor()
  await work.getByRole('tab', { name: 'History' }).click()
  await work.getByText('Project Difference Engine was archived').waitFor()
  await work.getByRole('button', { name: 'Delete', exact: true }).click()
  await work.getByRole('button', { name: 'Delete project' }).click()
  await work.waitForURL('**/projects')
  await work.close()

  for (const { sentence, badge, kind, name } of LIFECYCLE) {
    const row = article(sentence)
    await row.waitFor()
    await row.getByText('Ada Lovelace', { exact: true }).waitFor()
    await row.getByText(badge, { exact: true }).first().waitFor()
    expect(await row.locator('[data-kind]').first().getAttribute('data-kind')).toBe(kind)
    const resource = row.getByRole('link', { name, disabled: true })
    await resource.waitFor()
    expect(await resource.getAttribute('href')).toBeNull()
  }
  expect(await feedPage.evaluate(() => 'stillTheSamePage' in globalThis)).toBe(true)

  const search = feedPage.getByRole('searchbox', { name: 'Search activity' })
  for (const expected of LIFECYCLE) {
    const { sentence, badge, change } = expected
    const row = article(sentence)

    // Search.
    await search.fill(sentence.slice('Project '.length))
    await expect.poll(() => readSentences(feed)).toEqual([sentence])
    await search.fill('')
    await article('Ada Lovelace signed in').waitFor()

    // Filter by action.
    await feedPage.getByLabel('Filter by Action').click()
    await feedPage.getByRole('option', { name: `Project: ${badge}` }).click()
    await feedPage.keyboard.press('Escape')
    await expect.poll(() => readSentences(feed)).toEqual([sentence])
    await feedPage.getByRole('button', { name: 'Clear all' }).click()
    await article('Ada Lovelace signed in').waitFor()

    // Mark as seen, and back.
    await row.hover()
    await row.getByRole('button', { name: 'Mark as seen' }).click()
    await expect.poll(() => isUnread(row)).toBe(false)
    await row.hover()
    await row.getByRole('button', { name: 'Mark as unseen' }).click()
    await expect.poll(() => isUnread(row)).toBe(true)

    // Open the details with the diff. This marks the event as seen.
    await row
      .getByText(sentence.replace(/ (Difference )?Engine.*/, ''))
      .first()
      .click()
    const details = feedPage.getByRole('dialog')
    await details.getByText('Ada Lovelace').first().waitFor()
    await expect.poll(() => details.textContent()).toMatch(change)
    await details.getByRole('button', { name: 'Copy JSON' }).click()
    expect(JSON.parse(await readClipboard(feedPage))).toMatchObject({ description: sentence })
    await details.getByRole('button', { name: 'Close' }).click()
    await details.waitFor({ state: 'hidden' })
    await expect.poll(() => isUnread(row)).toBe(false)

    // Archive, and find it in the archive.
    await row.hover()
    await row.getByRole('button', { name: 'Archive', exact: true }).click()
    await row.waitFor({ state: 'detached' })
    await feedPage.getByRole('button', { name: 'Close' }).click()
    await feedPage.getByRole('tab', { name: 'Archive' }).click()
    await row.waitFor()
    await feedPage.getByRole('tab', { name: /^Inbox/ }).click()
    await article('Ada Lovelace signed in').waitFor()
  }

  await copyAndExport(feedPage)
  expect([...problems, ...workProblems]).toEqual([])
})

/** Selects, copies and exports each row of the table, then all four rows together. */
async function copyAndExport(page: Page) {
  await page.getByRole('tab', { name: 'Table' }).click()
  const table = page.getByRole('table', { name: 'Activity' })
  await page.getByRole('button', { name: /^Actions/ }).click()
  await page.getByText('Select rows first').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('menu').waitFor({ state: 'detached' })

  for (const { sentence } of LIFECYCLE) {
    const check = table.getByRole('checkbox', { name: `Select: ${sentence}`, exact: true })
    await check.click()
    await choose(page, 1, 'Copy as CSV')
    await expect.poll(() => readClipboard(page)).toContain(sentence)
    expect((await readClipboard(page)).split(/\r?\n/)[0]).toMatch(
      /^event_id,actor,category,action,description,timestamp/,
    )
    await choose(page, 1, 'Copy as JSON')
    await expect.poll(() => readClipboard(page)).toContain(`"${sentence}"`)
    expect(JSON.parse(await readClipboard(page))).toHaveLength(1)
    expect(await download(page, 1, 'Export as CSV', 'activity.csv')).toContain(sentence)
    expect(JSON.parse(await download(page, 1, 'Export as JSON', 'activity.json'))).toMatchObject([
      { description: sentence },
    ])
    await check.click()
  }

  for (const { sentence } of LIFECYCLE)
    await table.getByRole('checkbox', { name: `Select: ${sentence}`, exact: true }).click()
  const rows: { description: string; actor: unknown }[] = JSON.parse(
    await download(page, 4, 'Export as JSON', 'activity.json'),
  )
  expect(rows.map(({ description }) => description).toSorted()).toEqual(
    LIFECYCLE.map(({ sentence }) => sentence).toSorted(),
  )
}

async function choose(page: Page, selected: number, item: string) {
  await page.getByRole('button', { name: `Actions (${selected})` }).click()
  await page.getByRole('menuitem', { name: item }).first().click()
  // A click on the button while the menu closes would not open it again.
  await page.getByRole('menu').waitFor({ state: 'detached' })
}

async function download(page: Page, selected: number, item: string, name: string): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), choose(page, selected, item)])
  expect(file.suggestedFilename()).toBe(name)
  return readFile(await file.path(), 'utf8')
}

async function signInAsAda(context: BrowserContext): Promise<Page> {
  const page = await context.newPage()
  await page.goto(demo.url)
  await page.getByLabel('Email').fill('ada@acme.test')
  await page.getByLabel('Password').fill('demo')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Hello, Ada' }).waitFor()
  return page
}

function readSentences(feed: Locator) {
  return feed.getByRole('article').evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label')))
}

async function isUnread(row: Locator) {
  return (await row.locator('[data-unread]').count()) > 0
}

function readClipboard(page: Page) {
  return page.evaluate(() => navigator.clipboard.readText())
}

/** Collects the errors and warnings of a page. */
function collectProblems(page: Page): readonly string[] {
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text())
  })
  return problems
}
