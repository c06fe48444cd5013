import type { Meta, StoryObj } from '@storybook/react-vite'
import { ActivityExport } from '@whodid/react'
import { expect, screen, waitFor, within } from 'storybook/test'
import { ARABIC } from '../arabic.ts'
import { captureCopies, captureDownloads } from '../browser.ts'
import { activity, getStage } from '../stage.tsx'

/** A menu that copies and exports the selected rows. Viewers with `export` can also export all matching events. */
const meta = {
  title: 'ActivityExport',
  component: ActivityExport,
  // An inline object, because Storybook's docs plugin replaces anything else.
  parameters: { ...activity({ query: 'limit=3' }) },
  render: (args, context) => (
    <div style={{ display: 'flex', justifyContent: 'center', minBlockSize: 320 }}>
      <ActivityExport events={getStage(context).events} {...args} />
    </div>
  ),
} satisfies Meta<typeof ActivityExport>

export default meta
type Story = StoryObj<typeof meta>
type Context = Parameters<NonNullable<Story['play']>>[0]

async function open({ canvas, userEvent }: Pick<Context, 'canvas' | 'userEvent'>, name: RegExp = /^Actions/) {
  await userEvent.click(await canvas.findByRole('button', { name }))
  return within(await screen.findByRole('menu'))
}

export const Selected = {
  async play({ canvas, userEvent }) {
    const menu = await open({ canvas, userEvent }, /^Actions \(3\)$/)
    await expect(
      menu
        .getAllByRole('menuitem')
        .map((item) => item.textContent)
        .slice(0, 4),
    ).toEqual(['Copy as CSV', 'Copy as JSON', 'Export as CSV', 'Export as JSON'])
  },
} satisfies Story

export const NothingSelected: Story = {
  args: { events: [] },
  async play({ canvas, userEvent }) {
    using copies = captureCopies()
    const menu = await open({ canvas, userEvent }, /^Actions$/)
    await expect(menu.getByRole('group', { name: 'Select rows first' })).toBeVisible()
    await userEvent.click(menu.getByRole('menuitem', { name: 'Copy as CSV' }))
    await expect(menu.getByText('Select rows first')).toBeVisible()
    await expect(copies.last()).toBe('')
  },
}

/** Works with the keyboard alone. */
export const Copies: Story = {
  async play({ canvas, userEvent }) {
    using copies = captureCopies()
    const button = await canvas.findByRole('button', { name: 'Actions (3)' })
    button.focus()
    await userEvent.keyboard('{Enter}')
    const item = within(await screen.findByRole('menu')).getByRole('menuitem', { name: 'Copy as JSON' })
    for (let stops = 0; document.activeElement !== item && stops < 8; stops += 1)
      await userEvent.keyboard('{ArrowDown}')
    await userEvent.keyboard('{Enter}')
    await expect(await canvas.findByText('3 events copied')).toBeVisible()
    await expect(JSON.parse(copies.last())).toHaveLength(3)
  },
}

/** Exports all matching events, regardless of the selection. The service streams them. */
export const ExportsAll: Story = {
  args: { filter: { kind: ['delete'] } },
  async play({ canvas, userEvent }) {
    using saved = captureDownloads()
    const menu = await open({ canvas, userEvent })
    await userEvent.click(await menu.findByRole('menuitem', { name: 'Export all as CSV' }))
    await waitFor(() => expect(saved.last()?.name).toBe('activity.csv'))
    const lines = (await saved.last()?.text())?.trim().split('\r\n') ?? []
    await expect(lines[0]).toMatch(/^event_id,actor,category,action,description,timestamp,/)
    await expect(lines.slice(1).map((line) => line.split(',')[3])).toEqual([
      'project.deleted',
      'project.deleted',
      'project.trashed',
    ])
    await expect(await canvas.findByText('Export complete')).toBeVisible()
  },
}

export const WithoutExportPermission: Story = {
  parameters: activity({ permissions: ['view', 'view:all'] }),
  async play({ canvas, userEvent }) {
    const menu = await open({ canvas, userEvent })
    await expect(menu.getAllByRole('menuitem')).toHaveLength(4)
    await expect(menu.queryByText('All matching events')).toBeNull()
  },
}

export const TenThousand: Story = {
  tags: ['!autodocs'],
  parameters: activity({ events: 'crowd' }),
  async play({ canvas, userEvent }) {
    using saved = captureDownloads()
    const menu = await open({ canvas, userEvent })
    await userEvent.click(await menu.findByRole('menuitem', { name: 'Export all as JSON' }))
    await waitFor(() => expect(saved.last()?.name).toBe('activity.json'), { timeout: 30_000 })
    await expect(JSON.parse((await saved.last()?.text()) ?? '')).toHaveLength(10_000)
  },
}

export const Dark: Story = { parameters: activity({ theme: 'dark' }), play: Selected.play }

export const RightToLeft: Story = {
  parameters: activity({ dir: 'rtl', locale: 'ar', messages: ARABIC }),
  async play({ canvas, userEvent }) {
    const menu = await open({ canvas, userEvent }, /^إجراءات/)
    await expect(getComputedStyle(menu.getAllByRole('menuitem')[0] ?? document.body).direction).toBe('rtl')
  },
}
