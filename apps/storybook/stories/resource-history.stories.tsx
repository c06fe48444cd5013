import type { Meta, StoryObj } from '@storybook/react-vite'
import { ResourceHistory } from '@whodid/react'
import { expect, screen, waitFor } from 'storybook/test'
import { ARABIC } from '../arabic.ts'
import { activity, getStage } from '../stage.tsx'

/** Shows the history of one resource: who did what and when, with the changes. */
const meta = {
  title: 'ResourceHistory',
  component: ResourceHistory,
  args: { type: 'project', id: 'p1' },
} satisfies Meta<typeof ResourceHistory>

export default meta
type Story = StoryObj<typeof meta>

/** Shows who made each change, and expands the changes. */
export const Many = {
  async play({ canvas, userEvent }) {
    const [newest, refused, oldest, ...more] = await canvas.findAllByRole('listitem')
    await expect(more).toHaveLength(0)
    await expect(newest).toHaveTextContent('Ada Lovelace')
    await expect(refused).toHaveTextContent('403')
    await expect(oldest).toHaveTextContent('Engine was created')
    await userEvent.click(canvas.getByRole('button', { name: '5 changes' }))
    await expect(canvas.getByText('Settings › Retries')).toBeVisible()
    await expect(canvas.getByRole('button', { name: 'Hide changes' })).toHaveAttribute('aria-expanded', 'true')
  },
} satisfies Story

export const One: Story = {
  parameters: activity({ events: 'one' }),
  async play({ canvas }) {
    await expect(await canvas.findAllByRole('listitem')).toHaveLength(1)
  },
}

export const Empty: Story = {
  args: { id: 'p0' },
  async play({ canvas }) {
    await expect(await canvas.findByText('No history yet')).toBeVisible()
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
    await expect(await canvas.findAllByRole('listitem')).toHaveLength(3)
  },
}

export const AwkwardNames: Story = {
  parameters: activity({ events: 'awkward' }),
  async play({ canvas }) {
    await expect(await canvas.findByText(/^Augusta Ada King-Noel/)).toBeVisible()
    const history = canvas.getByRole('region', { name: 'History' })
    await expect(history.scrollWidth).toBeLessThanOrEqual(history.clientWidth)
  },
}

export const Dark: Story = { parameters: activity({ theme: 'dark' }), play: Many.play }

export const RightToLeft: Story = {
  parameters: activity({ dir: 'rtl', locale: 'ar', messages: ARABIC }),
  async play({ canvas }) {
    await expect(await canvas.findAllByRole('listitem')).toHaveLength(3)
    await expect(getComputedStyle(canvas.getByRole('region', { name: 'السجل' })).direction).toBe('rtl')
  },
}

export const Phone: Story = {
  globals: { viewport: { value: 'phone' } },
  async play(context) {
    await Many.play(context)
    await expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390)
  },
}

/** Loads a long history page by page. */
export const TenThousand: Story = {
  tags: ['!autodocs'],
  args: { id: 'project-1' },
  parameters: activity({ events: 'crowd' }),
  async play({ canvas, userEvent }) {
    await expect(await canvas.findAllByRole('listitem')).toHaveLength(25)
    await userEvent.click(canvas.getByRole('button', { name: 'Load more' }))
    await waitFor(() => expect(canvas.getAllByRole('listitem').length).toBeGreaterThan(25))
  },
}

export const Live: Story = {
  parameters: activity({ isolated: true }),
  async play({ canvas, userEvent, ...context }) {
    await expect(await canvas.findAllByRole('listitem')).toHaveLength(3)
    await canvas.findByText('Live')
    const actor = { type: 'user', id: 'u2', name: 'Grace Hopper' } as const
    await getStage(context).record(
      { action: 'project.archived', actor, resource: { type: 'project', id: 'p2', name: 'Another' } },
      { action: 'project.archived', actor, resource: { type: 'project', id: 'p1', name: 'Difference Engine' } },
    )
    await waitFor(() => expect(canvas.getAllByRole('listitem')).toHaveLength(4))
    await userEvent.click(canvas.getByRole('button', { name: /Difference Engine.*was archived/ }))
    await expect(await screen.findByRole('dialog', { name: 'Event details' })).toBeVisible()
  },
}
