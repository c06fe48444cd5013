import type { Meta, StoryObj } from '@storybook/react-vite'
import { newId } from '@whodid/core'
import { ActivityDetails } from '@whodid/react'
import { type ReactNode, useEffect, useState } from 'react'
import { expect, fn, screen, waitFor, within } from 'storybook/test'
import { ARABIC } from '../arabic.ts'
import { captureCopies } from '../browser.ts'
import { activity, getStage, type Stage } from '../stage.tsx'

/** Shows one event in full: actor, resource, time, origin, changes and metadata. */
const meta = {
  title: 'ActivityDetails',
  component: ActivityDetails,
  args: { eventId: null, mode: 'inline' },
  // An inline object, because Storybook's docs plugin replaces anything else.
  parameters: { ...activity({ query: 'action=project.updated' }) },
  render: (args, context) => <ActivityDetails {...args} eventId={getStage(context).events[0]?.id ?? newId()} />,
} satisfies Meta<typeof ActivityDetails>

export default meta
type Story = StoryObj<typeof meta>

/** An update, with changed, added, removed and redacted fields. */
export const Update = {
  async play({ canvas }) {
    const fact = async (name: string) => (await canvas.findByText(name)).closest('div')
    await expect(await fact('Settings › Retries')).toHaveTextContent('3→After: 5')
    await expect(await fact('Tags › #2')).toHaveTextContent('Set to brass')
    await expect(await fact('Owner › Phone')).toHaveTextContent('Removed +44 20 7946 0000')
    await expect(await fact('API token')).toHaveTextContent('Redacted')
    await expect(await fact('Ticket')).toHaveTextContent('ENG-1843')
    await expect(await fact('IP address')).toHaveTextContent('203.0.113.9')
    await expect(await fact('Request')).toHaveTextContent('PATCH /api/projects/:id')
    await expect(canvas.getByRole('link', { name: /Difference Engine/ })).toHaveAttribute('href', '/projects/p1')
  },
} satisfies Story

export const Failure: Story = {
  parameters: activity({ query: 'action=project.deleted&status=failure' }),
  async play({ canvas }) {
    await expect(await canvas.findByText('403 · Members cannot delete projects.')).toBeVisible()
    await expect(canvas.getByText('Failed')).toBeVisible()
  },
}

export const OnBehalfOf: Story = {
  parameters: activity({ query: 'action=job.started' }),
  async play({ canvas }) {
    await expect(await canvas.findByText('on behalf of Grace Hopper')).toBeVisible()
    await expect(canvas.getByText('API key')).toBeVisible()
  },
}

function Erased({ person, stage, children }: { person: string; stage: Stage; children: ReactNode }) {
  const [outcome, setOutcome] = useState<string>()
  useEffect(() => {
    void stage
      .fetch(`/activity/api/v1/people/${person}/erase`, { method: 'POST' })
      .then(async (response) => setOutcome(response.ok ? 'erased' : await response.text()))
  }, [person, stage])
  return outcome === 'erased' ? children : <output>{outcome}</output>
}

/** The actor's personal data was erased. */
export const FormerUser: Story = {
  parameters: activity({ isolated: true, query: 'action=project.updated', permissions: ['view:all', 'admin'] }),
  render(args, context) {
    const stage = getStage(context)
    const [event] = stage.events
    return (
      <Erased person={event?.actor.id ?? ''} stage={stage}>
        <ActivityDetails {...args} eventId={event?.id ?? newId()} />
      </Erased>
    )
  },
  async play({ canvas }) {
    await expect(await canvas.findByText('A former user')).toBeVisible()
    await expect(canvas.queryByText(/Ada/)).toBeNull()
  },
}

export const SignInFailed: Story = {
  parameters: activity({ query: 'action=auth.signin' }),
  async play({ canvas }) {
    await expect((await canvas.findAllByText('Sign-in failed for ada@acme.test: wrong password'))[0]).toBeVisible()
    await expect(canvas.getByText('401 · Wrong email or password.')).toBeVisible()
  },
}

export const AwkwardNames: Story = {
  parameters: activity({ events: 'awkward', query: 'action=project.created' }),
  async play({ canvas, canvasElement }) {
    await expect((await canvas.findAllByText('<img src=x onerror=alert(1)>'))[0]).toBeVisible()
    await expect(canvasElement.querySelector('img')).toBeNull()
  },
}

export const NotFound: Story = {
  parameters: activity({ events: 'none' }),
  async play({ canvas }) {
    await expect(await canvas.findByText('Event not found')).toBeVisible()
  },
}

export const Loading: Story = {
  parameters: activity({ service: 'silent' }),
  async play({ canvas }) {
    await expect(await canvas.findByRole('status', { name: 'Loading activity' })).toBeVisible()
  },
}

export const Dark: Story = { parameters: activity({ theme: 'dark' }), play: Update.play }

export const RightToLeft: Story = {
  parameters: activity({ dir: 'rtl', locale: 'ar', messages: ARABIC }),
  async play({ canvas }) {
    await canvas.findByText('Settings › Retries')
    await expect(getComputedStyle(canvas.getByRole('article', { name: 'تفاصيل الحدث' })).direction).toBe('rtl')
  },
}

/** At the side of the page. On a phone it fills the screen. */
export const Drawer: Story = {
  args: { mode: 'drawer', onClose: fn() },
  async play({ args, userEvent }) {
    const dialog = await screen.findByRole('dialog', { name: 'Event details' })
    await within(dialog).findByText('Settings › Retries')
    await userEvent.keyboard('{Escape}')
    await waitFor(() => expect(args.onClose).toHaveBeenCalledOnce())
  },
}

export const DrawerOnAPhone: Story = {
  args: { mode: 'drawer' },
  globals: { viewport: { value: 'phone' } },
  async play() {
    const dialog = await screen.findByRole('dialog', { name: 'Event details' })
    await within(dialog).findByText('Settings › Retries')
    await expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390)
  },
}

export const Dialog: Story = {
  args: { mode: 'dialog' },
  async play() {
    const dialog = await screen.findByRole('dialog', { name: 'Event details' })
    await expect(await within(dialog).findByText('Settings › Retries')).toBeVisible()
  },
}

export const Copies: Story = {
  async play({ canvas, userEvent, ...context }) {
    const { id } = getStage(context).events[0] ?? {}
    using copies = captureCopies()
    await userEvent.click(await canvas.findByRole('button', { name: 'Copy JSON' }))
    await expect(JSON.parse(copies.last())).toMatchObject({ id, action: 'project.updated' })
    await userEvent.click(canvas.getByRole('button', { name: 'Copy link' }))
    await expect(new URL(copies.last()).searchParams.get('event')).toBe(id)
  },
}
