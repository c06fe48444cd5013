import type { Meta, StoryObj } from '@storybook/react-vite'
import { ActivityTable } from '@whodid/react'
import { expect, screen, waitFor, within } from 'storybook/test'
import { ARABIC } from '../arabic.ts'
import { captureCopies, captureDownloads } from '../browser.ts'
import { activity, getStage } from '../stage.tsx'

/** Shows the activity as a table: 200 rows per page, sortable by any column, with selection, copy, export and fullscreen. */
const meta = {
  title: 'ActivityTable',
  component: ActivityTable,
} satisfies Meta<typeof ActivityTable>

export default meta
type Story = StoryObj<typeof meta>
type Canvas = Parameters<NonNullable<Story['play']>>[0]['canvas']

const SENTENCE = 'Project Difference Engine was updated'
const CHARGE = 'Charged 0.004 credits for flux-schnell'

/** Finds the rows of the page, without the headings. */
async function findRows(canvas: Canvas) {
  await canvas.findByRole('table', { name: 'Activity' })
  return canvas.getAllByRole('row').slice(1)
}

/** Reads the texts of a column. */
async function readColumn(canvas: Canvas, column: string) {
  return (await findRows(canvas)).map((row) => row.querySelector(`[data-column="${column}"]`)?.textContent ?? '')
}

export const Many = {
  async play({ canvas }) {
    await expect(await findRows(canvas)).toHaveLength(19)
    await expect(canvas.getByText('1–19 of 19')).toBeVisible()
    await expect(await readColumn(canvas, 'key')).toContain('membership.role_changed')
  },
} satisfies Story

export const One: Story = {
  parameters: activity({ events: 'one' }),
  async play({ canvas }) {
    await expect(await findRows(canvas)).toHaveLength(1)
  },
}

export const Empty: Story = {
  parameters: activity({ events: 'none' }),
  async play({ canvas }) {
    await expect(await canvas.findByText('No activity yet')).toBeVisible()
  },
}

export const Loading: Story = {
  parameters: activity({ service: 'silent' }),
  async play({ canvas }) {
    await expect(await canvas.findByRole('status', { name: 'Loading activity' })).toBeVisible()
  },
}

export const Failing: Story = {
  parameters: activity({ service: 'broken' }),
  async play({ canvas, userEvent, ...context }) {
    await expect(await canvas.findByRole('alert')).toHaveTextContent('Could not load activity')
    getStage(context).recover()
    await userEvent.click(canvas.getByRole('button', { name: 'Try again' }))
    await expect(await findRows(canvas)).toHaveLength(19)
  },
}

export const AwkwardNames: Story = {
  parameters: activity({ events: 'awkward' }),
  async play({ canvas, canvasElement }) {
    await expect(await findRows(canvas)).toHaveLength(6)
    await expect(canvas.getAllByText('\\u202E')[0]).toBeVisible()
    await expect(canvas.getAllByText('<img src=x onerror=alert(1)>')[0]).toBeVisible()
    await expect(canvasElement.querySelector('img')).toBeNull()
  },
}

export const Dark: Story = { parameters: activity({ theme: 'dark' }), play: Many.play }

export const RightToLeft: Story = {
  parameters: activity({ dir: 'rtl', locale: 'ar', messages: ARABIC }),
  async play({ canvas }) {
    const table = await canvas.findByRole('table', { name: 'النشاط' })
    const [first, last] = [within(table).getByText('الاسم'), within(table).getByText('المستخدم')]
    await expect(first.getBoundingClientRect().left).toBeGreaterThan(last.getBoundingClientRect().left)
  },
}

export const Phone: Story = {
  globals: { viewport: { value: 'phone' } },
  async play({ canvas }) {
    await expect(await findRows(canvas)).toHaveLength(19)
    await expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390)
  },
}

/** Two hundred rows per page. The selection applies to the current page. */
export const TenThousand: Story = {
  tags: ['!autodocs'],
  parameters: activity({ events: 'crowd' }),
  async play({ canvas, userEvent }) {
    await expect(await findRows(canvas)).toHaveLength(200)
    const [newest] = await readColumn(canvas, 'description')
    await userEvent.click(canvas.getByRole('checkbox', { name: 'Select all on this page' }))
    await expect(canvas.getByRole('button', { name: 'Actions (200)' })).toBeVisible()

    await userEvent.click(canvas.getByRole('button', { name: 'Next page' }))
    await expect(await canvas.findByText(/^201–400 of/)).toBeVisible()
    await expect(await findRows(canvas)).toHaveLength(200)
    await expect(canvas.getByRole('button', { name: 'Actions' })).toBeVisible()
    await expect((await readColumn(canvas, 'description'))[0]).not.toBe(newest)

    await userEvent.click(canvas.getByRole('button', { name: 'Previous page' }))
    await expect(await canvas.findByText(/^1–200 of/)).toBeVisible()
  },
}

export const Sorts: Story = {
  async play({ canvas, userEvent }) {
    await findRows(canvas)
    const heading = canvas.getByRole('columnheader', { name: 'User' })
    await userEvent.click(within(heading).getByRole('button'))
    await expect(heading).toHaveAttribute('aria-sort', 'ascending')
    await waitFor(async () => expect((await readColumn(canvas, 'actor'))[0]).toBe('Ada Lovelace'))
    await userEvent.click(within(heading).getByRole('button'))
    await expect(heading).toHaveAttribute('aria-sort', 'descending')
    await waitFor(async () => expect((await readColumn(canvas, 'actor'))[0]).toMatch(/^System/))

    for (const [name, column] of [
      ['Action key', 'key'],
      ['Description', 'description'],
    ] as const) {
      await userEvent.click(canvas.getByRole('button', { name }))
      await waitFor(async () => {
        await expect(canvas.getByRole('table')).toHaveAttribute('aria-busy', 'false')
        const shown = await readColumn(canvas, column)
        await expect(shown).toEqual(shown.toSorted((a, b) => a.localeCompare(b, 'en')))
      })
    }
  },
}

/** Copies selected rows as CSV and JSON, and saves them as files. */
export const CopiesAndExports: Story = {
  async play({ canvas, userEvent }) {
    using saved = captureDownloads()
    using copies = captureCopies()
    await findRows(canvas)
    const selectItem = async (item: string) => {
      await userEvent.click(canvas.getByRole('button', { name: /^Actions/ }))
      await userEvent.click(await screen.findByRole('menuitem', { name: item }))
      await waitFor(() => expect(screen.queryByRole('menu')).toBeNull())
    }

    await userEvent.click(canvas.getByRole('button', { name: 'Actions' }))
    await expect(await screen.findByText('Select rows first')).toBeVisible()
    await userEvent.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByRole('menu')).toBeNull())

    await userEvent.click(canvas.getByRole('checkbox', { name: `Select: ${SENTENCE}` }))
    await userEvent.click(canvas.getByRole('checkbox', { name: `Select: ${CHARGE}` }))
    await expect(canvas.getByRole('button', { name: 'Actions (2)' })).toBeVisible()

    await selectItem('Copy as CSV')
    await expect(await canvas.findByText('2 events copied')).toBeVisible()
    const [header, newest, oldest] = copies.last().split('\r\n')
    await expect(header).toMatch(/^event_id,actor,category,action,description,timestamp,/)
    await expect(newest).toContain(`,Ada Lovelace,project,project.updated,${SENTENCE},`)
    await expect(oldest).toContain(`,System,billing,billing.charged,${CHARGE},`)

    await selectItem('Copy as JSON')
    await waitFor(() =>
      expect(JSON.parse(copies.last())).toMatchObject([
        { action: 'project.updated', actor: { name: 'Ada Lovelace' }, description: SENTENCE },
        { action: 'billing.charged', metadata: { credits: 0.004 } },
      ]),
    )

    await selectItem('Export as CSV')
    await waitFor(() => expect(saved.last()?.name).toBe('activity.csv'))
    await expect(await saved.last()?.text()).toContain(SENTENCE)
    await selectItem('Export as JSON')
    await waitFor(() => expect(saved.last()?.name).toBe('activity.json'))
    await expect(JSON.parse((await saved.last()?.text()) ?? '')).toHaveLength(2)
  },
}

export const Fullscreen: Story = {
  async play({ canvas, userEvent }) {
    await findRows(canvas)
    await userEvent.click(canvas.getByRole('button', { name: 'Fullscreen' }))
    const dialog = await screen.findByRole('dialog', { name: 'Activity' })
    await waitFor(() => expect(within(dialog).getAllByRole('row')).toHaveLength(20))
    await expect(dialog.getBoundingClientRect()).toMatchObject({ width: innerWidth, height: innerHeight })
    await userEvent.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    await expect(await findRows(canvas)).toHaveLength(19)
  },
}

export const SelectsColumns: Story = {
  async play({ canvas, userEvent }) {
    await findRows(canvas)
    await userEvent.click(canvas.getByRole('button', { name: 'Columns' }))
    await userEvent.click(await screen.findByRole('menuitemcheckbox', { name: 'Action key' }))
    await userEvent.click(screen.getByRole('menuitemcheckbox', { name: 'Status' }))
    await userEvent.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByRole('menu')).toBeNull())
    await expect(canvas.queryByRole('columnheader', { name: 'Action key' })).toBeNull()
    await expect((await readColumn(canvas, 'status')).filter((status) => status === 'Failed')).toHaveLength(2)
  },
}

export const OpensARow: Story = {
  parameters: activity({ isolated: true }),
  async play({ canvas, userEvent }) {
    const [newest] = await findRows(canvas)
    newest?.focus()
    await userEvent.keyboard('{Enter}')
    const details = within(await screen.findByRole('dialog', { name: 'Event details' }))
    await expect(details.getAllByText('Difference Engine')[0]).toBeVisible()
    await userEvent.click(details.getByRole('button', { name: 'Next event' }))
    await expect(await details.findByText('project.deleted')).toBeVisible()
  },
}

/** New events appear on the first page. Elsewhere a button shows how many there are. */
export const Live: Story = {
  parameters: activity({ isolated: true }),
  async play({ canvas, userEvent, ...context }) {
    await findRows(canvas)
    await canvas.findByText('Live')
    const create = (name: string) =>
      getStage(context).record({
        action: 'project.created',
        actor: { type: 'user', id: 'u2', name: 'Grace Hopper' },
        resource: { type: 'project', id: name, name },
      })
    await create('Compiler')
    await waitFor(async () => expect((await readColumn(canvas, 'description'))[0]).toBe('Compiler was created'))

    await userEvent.click(canvas.getByRole('button', { name: 'User' }))
    await waitFor(async () => expect((await readColumn(canvas, 'actor'))[0]).toBe('Ada Lovelace'))
    await create('Linker')
    await userEvent.click(await canvas.findByRole('button', { name: '1 new event' }))
    await waitFor(async () => expect((await readColumn(canvas, 'description'))[0]).toBe('Linker was created'))
  },
}
