import type { Meta, StoryObj } from '@storybook/react-vite'
import { UserActivity } from '@whodid/react'
import { expect, waitFor, within } from 'storybook/test'
import { ARABIC } from '../arabic.ts'
import { activity, getStage } from '../stage.tsx'

/** Shows the activity of one user, for a profile page. */
const meta = {
  title: 'UserActivity',
  component: UserActivity,
  args: { userId: 'u2' },
} satisfies Meta<typeof UserActivity>

export default meta
type Story = StoryObj<typeof meta>

/** Each event links to its resource, unless it was deleted. */
export const Many = {
  async play({ canvas }) {
    const items = await canvas.findAllByRole('listitem')
    await expect(items).toHaveLength(5)
    const [deleted] = items
    if (!deleted) throw new Error('There are no events.')
    await expect(deleted).toHaveTextContent('Engine (copy) was deleted')
    await expect(within(deleted).getByRole('link')).toHaveAttribute('aria-disabled', 'true')
    await expect(canvas.getAllByRole('link', { name: /Punched cards/ })[0]).toHaveAttribute('href', '/datasets/d1')
  },
} satisfies Story

export const One: Story = {
  args: { userId: 'u1' },
  parameters: activity({ events: 'one' }),
  async play({ canvas }) {
    await expect(await canvas.findAllByRole('listitem')).toHaveLength(1)
  },
}

export const Empty: Story = {
  args: { userId: 'u0' },
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

/** Viewers can see their own activity. Others' activity requires `view:all`. */
export const Forbidden: Story = {
  parameters: activity({ permissions: ['view'] }),
  async play({ canvas }) {
    await expect(await canvas.findByText('You do not have access to this activity')).toBeVisible()
    await expect(canvas.queryByRole('listitem')).toBeNull()
  },
}

export const AwkwardNames: Story = {
  args: { userId: 'u3' },
  parameters: activity({ events: 'awkward' }),
  async play({ canvas, canvasElement }) {
    await expect(await canvas.findAllByRole('listitem')).toHaveLength(2)
    await expect(canvas.getAllByText('\\u202E')[0]).toBeVisible()
    await expect(canvasElement.querySelector('img')).toBeNull()
  },
}

export const Dark: Story = { parameters: activity({ theme: 'dark' }), play: Many.play }

export const RightToLeft: Story = {
  parameters: activity({ dir: 'rtl', locale: 'ar', messages: ARABIC }),
  async play({ canvas }) {
    await expect(await canvas.findAllByRole('listitem')).toHaveLength(5)
    await expect(getComputedStyle(canvas.getByRole('region', { name: 'نشاط المستخدم' })).direction).toBe('rtl')
  },
}

export const Phone: Story = {
  globals: { viewport: { value: 'phone' } },
  async play(context) {
    await Many.play(context)
    await expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390)
  },
}

export const Live: Story = {
  parameters: activity({ isolated: true }),
  async play({ canvas, ...context }) {
    await expect(await canvas.findAllByRole('listitem')).toHaveLength(5)
    await canvas.findByText('Live')
    await getStage(context).record({
      action: 'job.started',
      actor: { type: 'user', id: 'u2', name: 'Grace Hopper' },
      resource: { type: 'job', id: 'j9', name: 'Train Noether' },
    })
    await waitFor(() => expect(canvas.getAllByRole('listitem')[0]).toHaveTextContent('Train Noether started'))
  },
}
