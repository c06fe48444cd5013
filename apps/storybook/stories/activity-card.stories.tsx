import type { Meta, StoryObj } from '@storybook/react-vite'
import { ActivityCard } from '@whodid/react'
import { expect } from 'storybook/test'
import { activity, stageOf } from '../stage.tsx'

const meta = {
  component: ActivityCard,
  args: { viewAllHref: '/activity' },
} satisfies Meta<typeof ActivityCard>

export default meta
type Story = StoryObj<typeof meta>

export const Many: Story = {
  async play({ canvas }) {
    await expect(await canvas.findAllByRole('listitem')).toHaveLength(5)
  },
}

export const Crowd: Story = { parameters: activity({ events: 'crowd' }), play: Many.play! }
