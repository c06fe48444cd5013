import type { Meta, StoryObj } from '@storybook/react-vite'
import { ActivityCard } from '@whodid/react'
import { expect, fn, screen, waitFor, within } from 'storybook/test'
import { ARABIC } from '../arabic.ts'
import { activity, getStage } from '../stage.tsx'

/** Shows the most recent events, for a dashboard. */
const meta = {
  title: 'ActivityCard',
  component: ActivityCard,
  args: { viewAllHref: '/activity' },
} satisfies Meta<typeof ActivityCard>

export default meta
type Story = StoryObj<typeof meta>

export const Many = {
  async play({ canvas }) {
    const items = await canvas.findAllByRole('listitem')
    await expect(items).toHaveLength(5)
    await expect(items[0]).toHaveTextContent('Project Difference Engine was updated')
    await expect(canvas.getByRole('link', { name: 'View all' })).toHaveAttribute('href', '/activity')
  },
} satisfies Story

export const One: Story = {
  parameters: activity({ events: 'one' }),
  async play({ canvas }) {
    await expect(await canvas.findAllByRole('listitem')).toHaveLength(1)
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
    await canvas.findByRole('alert')
    getStage(context).recover()
    await userEvent.click(canvas.getByRole('button', { name: 'Try again' }))
    await expect(await canvas.findAllByRole('listitem')).toHaveLength(5)
  },
}

export const AwkwardNames: Story = {
  args: { limit: 6 },
  parameters: activity({ events: 'awkward' }),
  async play({ canvas, canvasElement }) {
    await expect(await canvas.findAllByRole('listitem')).toHaveLength(6)
    await expect(canvas.getAllByText('\\u202E')[0]).toBeVisible()
    await expect(canvasElement.querySelector('img')).toBeNull()
    const card = canvas.getByRole('region', { name: 'Last activity' })
    await expect(card.scrollWidth).toBeLessThanOrEqual(card.clientWidth)
  },
}

export const Dark: Story = { parameters: activity({ theme: 'dark' }), play: Many.play }

export const RightToLeft: Story = {
  parameters: activity({ dir: 'rtl', locale: 'ar', messages: ARABIC }),
  async play({ canvas }) {
    await expect(await canvas.findAllByRole('listitem')).toHaveLength(5)
    await expect(getComputedStyle(canvas.getByRole('region', { name: 'آخر نشاط' })).direction).toBe('rtl')
  },
}

export const Phone: Story = {
  globals: { viewport: { value: 'phone' } },
  async play({ canvas }) {
    await expect(await canvas.findAllByRole('listitem')).toHaveLength(5)
    await expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390)
  },
}

export const Live: Story = {
  parameters: activity({ events: 'one', isolated: true }),
  async play({ canvas, ...context }) {
    await canvas.findAllByRole('listitem')
    await canvas.findByText('Live')
    await getStage(context).record({
      action: 'api_key.revoked',
      actor: { type: 'user', id: 'u2', name: 'Grace Hopper' },
      resource: { type: 'api_key', id: 'k1', name: 'ci' },
    })
    await waitFor(() => expect(canvas.getAllByRole('listitem')[0]).toHaveTextContent('API key "ci" was revoked'))
  },
}

export const Opens: Story = {
  args: { onViewAll: fn() },
  async play({ args, canvas, userEvent }) {
    await userEvent.click(await canvas.findByRole('button', { name: /Difference Engine.*was updated/ }))
    const dialog = await screen.findByRole('dialog', { name: 'Event details' })
    await userEvent.click(within(dialog).getByRole('button', { name: 'Close' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    await userEvent.click(canvas.getByRole('button', { name: 'View all' }))
    await expect(args.onViewAll).toHaveBeenCalledOnce()
  },
}
