import type { Meta, StoryObj } from '@storybook/react-vite'
import { ActivityFilters, ActivityTable } from '@whodid/react'
import { expect, screen, waitFor, within } from 'storybook/test'
import { ARABIC } from '../arabic.ts'
import { activity } from '../stage.tsx'

/** A filter bar for the lists that stand under the same provider: they follow it and draw none of their own. */
const meta = {
  title: 'ActivityFilters',
  component: ActivityFilters,
  render: (args) => (
    <div style={{ display: 'grid', gap: 16 }}>
      <ActivityFilters {...args} />
      <ActivityTable columns={['resource', 'description', 'occurredAt', 'actor']} />
    </div>
  ),
} satisfies Meta<typeof ActivityFilters>

export default meta
type Story = StoryObj<typeof meta>
type Context = Parameters<NonNullable<Story['play']>>[0]

const rows = ({ canvas }: Pick<Context, 'canvas'>, count: number) =>
  waitFor(() => expect(canvas.getAllByRole('row')).toHaveLength(count + 1))

/** Opens a button of the bar, chooses a value and closes it again. */
async function choose({ canvas, userEvent }: Pick<Context, 'canvas' | 'userEvent'>, field: string, value: RegExp) {
  await userEvent.click(canvas.getByLabelText(new RegExp(`^Filter by ${field}`)))
  await userEvent.click(await screen.findByRole('option', { name: value }))
  await userEvent.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('listbox')).toBeNull())
}

export const Many = {
  async play({ canvas }) {
    await rows({ canvas }, 19)
    await expect(canvas.getAllByRole('searchbox')).toHaveLength(1)
    await expect(canvas.getByRole('group', { name: 'Filters' })).toHaveTextContent('User Action Type Category')
  },
} satisfies Story

/** Conditions of several fields hold together; chips take them away one by one, or all at once. */
export const Combines: Story = {
  async play({ canvas, userEvent }) {
    await rows({ canvas }, 19)
    await choose({ canvas, userEvent }, 'User', /Grace Hopper/)
    await rows({ canvas }, 5)
    await choose({ canvas, userEvent }, 'Action', /^Delete/)
    await rows({ canvas }, 1)
    await expect(canvas.getByRole('checkbox', { name: 'Select: Project Engine (copy) was deleted' })).toBeVisible()

    const chips = within(await canvas.findByRole('list', { name: 'Filters' }))
    await expect(chips.getAllByRole('listitem')).toHaveLength(3)
    await userEvent.click(chips.getByRole('button', { name: 'Remove filter: User Grace Hopper' }))
    await rows({ canvas }, 3)
    await userEvent.type(canvas.getByRole('searchbox'), 'linus')
    await rows({ canvas }, 2)
    await userEvent.click(canvas.getByRole('button', { name: 'Clear all' }))
    await rows({ canvas }, 19)
    await expect(canvas.queryByRole('list', { name: 'Filters' })).toBeNull()
    await expect(canvas.getByRole('searchbox')).toHaveValue('')
  },
}

/** People are found by their e-mail addresses too. */
export const FindsAPerson: Story = {
  async play({ canvas, userEvent }) {
    await rows({ canvas }, 19)
    await userEvent.click(canvas.getByRole('button', { name: 'Filter by User' }))
    const box = await screen.findByRole('combobox', { name: 'Find User…' })
    await userEvent.type(box, 'grace@acme')
    await waitFor(() => expect(screen.getAllByRole('option')).toHaveLength(1))
    await userEvent.click(screen.getByRole('option', { name: /Grace Hopper/ }))
    await userEvent.keyboard('{Escape}')
    await rows({ canvas }, 5)
  },
}

export const ChoosesADate: Story = {
  async play({ canvas, userEvent }) {
    await rows({ canvas }, 19)
    await userEvent.click(canvas.getByRole('button', { name: /^Filter by Date/ }))
    await userEvent.click(await screen.findByRole('button', { name: 'Last 24 hours' }))
    await rows({ canvas }, 7)
    await expect(await canvas.findByRole('button', { name: 'Remove filter: Date Last 24 hours' })).toBeVisible()

    await userEvent.click(canvas.getByRole('button', { name: /^Filter by Date/ }))
    await userEvent.type(await screen.findByLabelText('To'), '2020-01-31')
    await userEvent.click(screen.getByRole('button', { name: 'Apply' }))
    await expect(await canvas.findByText('No events match')).toBeVisible()
    await expect(canvas.getByText('Until Jan 31, 2020')).toBeVisible()
  },
}

export const Empty: Story = {
  parameters: activity({ events: 'none' }),
  async play({ canvas, userEvent }) {
    await canvas.findByText('No activity yet')
    await userEvent.click(canvas.getByRole('button', { name: 'Filter by User' }))
    await expect(await screen.findByText('Nothing found.')).toBeVisible()
  },
}

export const Loading: Story = {
  parameters: activity({ service: 'silent' }),
  async play({ canvas, userEvent }) {
    await userEvent.click(await canvas.findByRole('button', { name: 'Filter by User' }))
    const popup = within(await screen.findByRole('dialog', { name: 'Filter by User' }))
    await expect(await popup.findByText('Loading activity')).toBeVisible()
  },
}

export const AwkwardNames: Story = {
  parameters: activity({ events: 'awkward' }),
  async play({ canvas, canvasElement, userEvent }) {
    await rows({ canvas }, 6)
    await choose({ canvas, userEvent }, 'User', /Countess of Lovelace/)
    await choose({ canvas, userEvent }, 'User', /الخوارزمي/)
    await choose({ canvas, userEvent }, 'User', /関孝和/)
    await rows({ canvas }, 3)
    const bar = canvasElement.querySelector('.whodid-filters')
    await expect(bar?.scrollWidth).toBeLessThanOrEqual(bar?.clientWidth ?? 0)
  },
}

const chosen: Story['play'] = async ({ canvas, userEvent }) => {
  await rows({ canvas }, 19)
  await choose({ canvas, userEvent }, 'User', /Grace Hopper/)
  await rows({ canvas }, 5)
}

export const Dark: Story = { parameters: activity({ theme: 'dark' }), play: chosen }

export const RightToLeft: Story = {
  parameters: activity({ dir: 'rtl', locale: 'ar', messages: ARABIC }),
  async play({ canvas, userEvent }) {
    await rows({ canvas }, 19)
    await userEvent.click(canvas.getByRole('button', { name: 'تصفية حسب المستخدم' }))
    await userEvent.click(await screen.findByRole('option', { name: /Grace Hopper/ }))
    await userEvent.keyboard('{Escape}')
    await rows({ canvas }, 5)
  },
}

export const Phone: Story = {
  globals: { viewport: { value: 'phone' } },
  async play(context) {
    await chosen?.(context)
    await expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390)
  },
}

/** The box speaks a language: conditions hold beside those of the menus, and stay in the box. */
export const Language: Story = {
  async play({ canvas, userEvent }) {
    await rows({ canvas }, 19)
    const box = canvas.getByRole('searchbox')
    await userEvent.type(box, 'actor:"grace hopper"')
    await rows({ canvas }, 5)
    await choose({ canvas, userEvent }, 'Action', /^Delete/)
    await rows({ canvas }, 1)
    await expect(box).toHaveValue('actor:"grace hopper"')
    await userEvent.type(box, ' -copy')
    await expect(await canvas.findByText('No events match')).toBeVisible()
  },
}

const wrong = (text: string, place: string, why: RegExp): NonNullable<Story['play']> =>
  async function play({ canvas, canvasElement, userEvent }) {
    await rows({ canvas }, 19)
    const box = canvas.getByRole('searchbox')
    await userEvent.type(box, `${text}{Enter}`)
    const problem = await canvas.findByText(why)
    await expect(problem).toBeVisible()
    await expect(canvasElement.querySelector('mark')).toHaveTextContent(place)
    await expect(box).toHaveAttribute('aria-invalid', 'true')
    await expect(box).toHaveAccessibleDescription(why)
    // Nothing was asked for, so nothing has changed.
    await rows({ canvas }, 19)
  }

/** What is wrong is said under the box, at its place; nothing is searched for until it is right. */
export const Wrong: Story = {
  async play(context) {
    const { canvas, userEvent } = context
    await wrong('engine status:okay', 'okay', /takes success, failure/)(context)
    await userEvent.type(canvas.getByRole('searchbox'), '{Backspace>4/}failure')
    await waitFor(() => expect(canvas.queryByText(/takes success, failure/)).toBeNull())
    await expect(canvas.getByRole('searchbox')).toHaveAttribute('aria-invalid', 'false')
  },
}

export const WrongDark: Story = {
  parameters: activity({ theme: 'dark' }),
  play: wrong('project from:soon', 'soon', /takes today, yesterday/),
}

export const WrongRightToLeft: Story = {
  parameters: activity({ dir: 'rtl', locale: 'ar', messages: ARABIC }),
  play: wrong('محرك status:okay', 'okay', /takes success, failure/),
}

export const WrongOnAPhone: Story = {
  globals: { viewport: { value: 'phone' } },
  async play(context) {
    const long = 'a-very-long-word-'.repeat(8)
    await wrong(`${long} resource:${long} x`, 'a-very-long-word', /takes a type and an id/)(context)
    await expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390)
  },
}
