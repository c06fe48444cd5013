import type { Meta, StoryObj } from '@storybook/react-vite'
import { ActivityExport } from '@whodid/react'
import { expect, screen, waitFor, within } from 'storybook/test'
import { ARABIC } from '../arabic.ts'
import { takeCopies, takeSavedFiles } from '../browser.ts'
import { activity, stageOf } from '../stage.tsx'

/** A menu that copies and exports the selected rows, and everything under the current filter for viewers who may export. */
const meta = {
  title: 'ActivityExport',
  component: ActivityExport,
  // Written as an object, or Storybook puts the documentation's parameters in its place.
  parameters: { ...activity({ given: 'limit=3' }) },
  render: (args, context) => (
    <div style={{ display: 'flex', justifyContent: 'center', minBlockSize: 320 }}>
      <ActivityExport events={stageOf(context).given} {...args} />
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
    using copies = takeCopies()
    const menu = await open({ canvas, userEvent }, /^Actions$/)
    await expect(menu.getByRole('group', { name: 'Select rows first' })).toBeVisible()
    await userEvent.click(menu.getByRole('menuitem', { name: 'Copy as CSV' }))
    await expect(menu.getByText('Select rows first')).toBeVisible()
    await expect(copies.last()).toBe('')
  },
}

/** By keyboard alone. */
export const Copies: Story = {
  async play({ canvas, userEvent }) {
    using copies = takeCopies()
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

/** Everything that matches, whatever is selected: the service streams it. */
export const ExportsAll: Story = {
  args: { filter: { kind: ['delete'] } },
  async play({ canvas, userEvent }) {
    using saved = takeSavedFiles()
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
    await expect(await canvas.findByText('Export finished')).toBeVisible()
  },
}

export const WithoutTheRight: Story = {
  parameters: activity({ permissions: ['view', 'view:all'] }),
  async play({ canvas, userEvent }) {
    const menu = await open({ canvas, userEvent })
    await expect(menu.getAllByRole('menuitem')).toHaveLength(4)
    await expect(menu.queryByText('Everything that matches')).toBeNull()
  },
}

export const TenThousand: Story = {
  tags: ['!autodocs'],
  parameters: activity({ events: 'crowd' }),
  async play({ canvas, userEvent }) {
    using saved = takeSavedFiles()
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
