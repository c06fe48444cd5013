import type { Meta, StoryObj } from '@storybook/react-vite'
import { ActivityFeed } from '@whodid/react'
import { expect, screen, waitFor, within } from 'storybook/test'
import { ARABIC } from '../arabic.ts'
import { activity, getStage } from '../stage.tsx'

/** Shows the viewer's activity by day, with an inbox and an archive. New events appear at the top live. */
const meta = {
  title: 'ActivityFeed',
  component: ActivityFeed,
} satisfies Meta<typeof ActivityFeed>

export default meta
type Story = StoryObj<typeof meta>

const SENTENCE = 'Project Difference Engine was updated'

export const Many = {
  async play({ canvas }) {
    await expect((await canvas.findAllByRole('article')).length).toBeGreaterThan(5)
    await expect(canvas.getByRole('article', { name: SENTENCE })).toBeVisible()
    await expect(canvas.getByRole('heading', { name: 'Yesterday' })).toBeVisible()
  },
} satisfies Story

export const One: Story = {
  parameters: activity({ events: 'one' }),
  async play({ canvas }) {
    await expect(await canvas.findAllByRole('article')).toHaveLength(1)
    await expect(canvas.getByText('No more events')).toBeVisible()
  },
}

export const Empty: Story = {
  parameters: activity({ events: 'none' }),
  async play({ canvas }) {
    await expect(await canvas.findByText('Inbox is empty')).toBeVisible()
    await expect(canvas.getByRole('button', { name: 'Mark all as seen' })).toBeDisabled()
  },
}

export const Loading: Story = {
  parameters: activity({ service: 'silent' }),
  async play({ canvas }) {
    await expect(await canvas.findByRole('status', { name: 'Loading activity' })).toBeVisible()
  },
}

/** The database is unavailable, and works again on retry. */
export const Failing: Story = {
  parameters: activity({ service: 'broken' }),
  async play({ canvas, userEvent, ...context }) {
    const alert = await canvas.findByRole('alert')
    await expect(alert).toHaveTextContent('Internal error')
    getStage(context).recover()
    await userEvent.click(within(alert).getByRole('button', { name: 'Try again' }))
    await expect(await canvas.findByRole('article', { name: SENTENCE })).toBeVisible()
    await expect(canvas.queryByRole('alert')).toBeNull()
  },
}

export const Forbidden: Story = {
  parameters: activity({ permissions: [] }),
  async play({ canvas }) {
    await expect(await canvas.findByRole('alert')).toHaveTextContent('You do not have access to this activity')
    await expect(canvas.queryByRole('article')).toBeNull()
  },
}

/** Shows control characters as escapes and markup as text, and keeps the layout intact. */
export const AwkwardNames: Story = {
  parameters: activity({ events: 'awkward' }),
  async play({ canvas, canvasElement }) {
    await canvas.findAllByRole('article')
    await expect(canvas.getAllByText('\\u202E')[0]).toBeVisible()
    await expect(canvasElement.textContent).not.toContain('\u202E')
    await expect(canvas.getAllByText('<img src=x onerror=alert(1)>')[0]).toBeVisible()
    await expect(canvasElement.querySelector('img')).toBeNull()
    const feed = canvas.getByRole('region')
    await expect(feed.scrollWidth).toBeLessThanOrEqual(feed.clientWidth)
  },
}

export const Dark: Story = { parameters: activity({ theme: 'dark' }), play: Many.play }

export const RightToLeft: Story = {
  parameters: activity({ dir: 'rtl', locale: 'ar', messages: ARABIC }),
  async play({ canvas, userEvent }) {
    await canvas.findAllByRole('article')
    const inbox = canvas.getByRole('tab', { name: /الوارد/ })
    const archive = canvas.getByRole('tab', { name: 'الأرشيف' })
    await expect(inbox.getBoundingClientRect().left).toBeGreaterThan(archive.getBoundingClientRect().left)
    inbox.focus()
    await userEvent.keyboard('{ArrowLeft}')
    await expect(archive).toHaveAttribute('aria-selected', 'true')
    await userEvent.keyboard('{ArrowRight}')
    await expect((await canvas.findAllByRole('article')).length).toBeGreaterThan(5)
  },
}

export const Phone: Story = {
  globals: { viewport: { value: 'phone' } },
  async play({ canvas, canvasElement }) {
    await canvas.findAllByRole('article')
    await expect(canvasElement.ownerDocument.documentElement.scrollWidth).toBeLessThanOrEqual(390)
  },
}

/** Renders only the rows in view, and loads more while scrolling. */
export const TenThousand: Story = {
  tags: ['!autodocs'],
  parameters: activity({ events: 'crowd' }),
  async play({ canvas, canvasElement }) {
    await canvas.findAllByRole('article')
    const positions = () => canvas.getAllByRole('article').map((row) => Number(row.getAttribute('aria-posinset')))
    for (const position of [50, 100, 150]) {
      const scroller = canvasElement.querySelector('.whodid-scroll')
      scroller?.scrollTo({ top: scroller.scrollHeight })
      await waitFor(() => expect(Math.max(...positions())).toBeGreaterThan(position))
      await expect(positions().length).toBeLessThan(60)
    }
  },
}

export const OpensAnEvent: Story = {
  parameters: activity({ events: 'one', isolated: true }),
  async play({ canvas, userEvent, ...context }) {
    await expect(await canvas.findByText('1 unread')).toBeInTheDocument()
    const row = await canvas.findByRole('article', { name: SENTENCE })
    await userEvent.click(within(row).getByText('Difference Engine', { selector: 'p *' }))
    const dialog = await screen.findByRole('dialog', { name: 'Event details' })
    const details = within(dialog)
    await expect(details.getByText('Settings › Retries')).toBeVisible()
    await expect(dialog.querySelector('del')).toHaveTextContent('Engine')
    await expect(dialog.querySelector('ins')).toHaveTextContent('Difference Engine')
    await expect(details.getByText('203.0.113.9')).toBeVisible()

    await userEvent.click(details.getByRole('button', { name: 'Close' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    await waitFor(() => expect(canvas.queryByText('1 unread')).toBeNull())
    await expect(await getStage(context).get('/inbox/count')).toMatchObject({ unread: 0 })
  },
}

export const MarksAllAsSeen: Story = {
  parameters: activity({ isolated: true }),
  async play({ canvas, canvasElement, userEvent, ...context }) {
    await canvas.findByText('19 unread')
    await userEvent.click(canvas.getByRole('button', { name: 'Mark all as seen' }))
    await waitFor(() => expect(canvas.getByRole('button', { name: 'Mark all as seen' })).toBeDisabled())
    await expect(canvasElement.querySelector('[data-unread]')).toBeNull()
    await expect((await canvas.findAllByText('19 events marked as seen'))[0]).toBeInTheDocument()
    await expect(await getStage(context).get('/inbox/count')).toMatchObject({ unread: 0 })
  },
}

/** Moves events to the archive and back. */
export const ArchivesInBulk: Story = {
  parameters: activity({ isolated: true }),
  async play({ canvas, userEvent }) {
    const select = async (sentence: string) =>
      userEvent.click(await canvas.findByRole('checkbox', { name: `Select: ${sentence}` }))
    await select(SENTENCE)
    await select('Charged 0.004 credits for flux-schnell')
    await userEvent.click(
      within(await canvas.findByRole('toolbar', { name: '2 selected' })).getByRole('button', { name: 'Archive' }),
    )
    await waitFor(() => expect(canvas.queryByRole('article', { name: SENTENCE })).toBeNull())

    await userEvent.click(canvas.getByRole('tab', { name: 'Archive' }))
    await waitFor(() => expect(canvas.getAllByRole('article')).toHaveLength(2))
    await select(SENTENCE)
    await userEvent.click(
      within(await canvas.findByRole('toolbar', { name: '1 selected' })).getByRole('button', { name: 'Move to inbox' }),
    )
    await waitFor(() => expect(canvas.getAllByRole('article')).toHaveLength(1))

    await userEvent.click(canvas.getByRole('tab', { name: /Inbox/ }))
    await expect(await canvas.findByRole('article', { name: SENTENCE })).toBeVisible()
  },
}

export const UndoesAnArchive: Story = {
  parameters: activity({ isolated: true }),
  async play({ canvas, userEvent }) {
    const row = await canvas.findByRole('article', { name: SENTENCE })
    await userEvent.click(within(row).getByRole('button', { name: 'Archive' }))
    await waitFor(() => expect(canvas.queryByRole('article', { name: SENTENCE })).toBeNull())
    await userEvent.click(await canvas.findByRole('button', { name: 'Undo' }))
    await expect(await canvas.findByRole('article', { name: SENTENCE })).toBeVisible()
  },
}

export const Searches: Story = {
  async play({ canvas, userEvent }) {
    const box = await canvas.findByRole('searchbox', { name: 'Search activity' })
    await userEvent.type(box, 'riemann')
    await waitFor(() => expect(canvas.getAllByRole('article')).toHaveLength(1))
    await expect(canvas.getByRole('article', { name: /Train Riemann failed/ })).toBeVisible()
    await userEvent.type(box, ' nowhere')
    await expect(await canvas.findByText('No matching events')).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Clear all' }))
    await expect(await canvas.findByRole('article', { name: SENTENCE })).toBeVisible()
    await expect(box).toHaveValue('')
  },
}

/** New events appear without a reload. */
export const Live: Story = {
  parameters: activity({ events: 'one', isolated: true }),
  async play({ canvas, ...context }) {
    await canvas.findByRole('article', { name: SENTENCE })
    await canvas.findByText('Live')
    await getStage(context).record({
      action: 'project.created',
      actor: { type: 'user', id: 'u2', name: 'Grace Hopper' },
      resource: { type: 'project', id: 'p9', name: 'Compiler' },
    })
    const newest = await canvas.findByRole('article', { name: 'Compiler was created' })
    await expect(newest).toHaveAttribute('aria-posinset', '1')
    await expect(await canvas.findByText('2 unread')).toBeInTheDocument()
  },
}

/** Links to a resource are disabled once it is deleted. */
export const DeletedResource: Story = {
  parameters: activity({ isolated: true }),
  async play({ canvas, ...context }) {
    const link = async () => (await canvas.findAllByRole('link', { name: /Project Difference Engine/ }))[0]
    await expect(await link()).toHaveAttribute('href', '/projects/p1')
    await canvas.findByText('Live')
    await getStage(context).record({
      action: 'project.deleted',
      actor: { type: 'user', id: 'u2', name: 'Grace Hopper' },
      resource: { type: 'project', id: 'p1', name: 'Difference Engine' },
    })
    await canvas.findByRole('article', { name: 'Project Difference Engine was deleted' })
    for (const each of canvas.getAllByRole('link', { name: /Project Difference Engine/ })) {
      await expect(each).not.toHaveAttribute('href')
      await expect(each).toHaveAttribute('aria-disabled', 'true')
    }
  },
}

/** The whole feed works with the keyboard. */
export const Keyboard: Story = {
  parameters: activity({ isolated: true }),
  async play({ canvas, userEvent }) {
    const [first, second, third] = await canvas.findAllByRole('article')
    const focused = () => document.activeElement
    for (let stops = 0; focused() !== first && stops < 30; stops += 1) await userEvent.tab()
    await expect(first).toHaveFocus()

    await userEvent.keyboard('{ArrowDown}')
    await expect(second).toHaveFocus()
    await userEvent.keyboard('{Enter}')
    await screen.findByRole('dialog', { name: 'Event details' })
    await userEvent.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    await waitFor(() => expect(second).toHaveFocus())

    await userEvent.keyboard('x{ArrowDown}x')
    await expect(third).toHaveFocus()
    await expect(await canvas.findByRole('toolbar', { name: '2 selected' })).toBeVisible()
    await userEvent.keyboard('{Escape}')
    await expect(canvas.queryByRole('toolbar')).toBeNull()

    const archived = third?.getAttribute('aria-label') ?? ''
    await userEvent.keyboard('e')
    await waitFor(() => expect(canvas.queryByRole('article', { name: archived })).toBeNull())
  },
}
