import type { Meta, StoryObj } from '@storybook/react-vite'
import type { NewEvent } from '@whodid/core'
import { ActivityFeed, ActivityProvider, ActivityToasts } from '@whodid/react'
import { expect, fn, screen, userEvent, waitFor, within } from 'storybook/test'
import { activity, getStage } from '../stage.tsx'

/** Shows critical events as toasts, anywhere in the app. */
const meta = {
  title: 'ActivityToasts',
  component: ActivityToasts,
  render: (args) => (
    <>
      <ActivityFeed />
      <ActivityToasts {...args} />
    </>
  ),
} satisfies Meta<typeof ActivityToasts>

export default meta
type Story = StoryObj<typeof meta>
type Context = Parameters<NonNullable<Story['play']>>[0]

function createKeyEvent(name: string, more: Partial<NewEvent> = {}): NewEvent {
  return {
    action: 'api_key.revealed',
    actor: { type: 'user', id: 'u2', name: 'Grace Hopper' },
    resource: { type: 'api_key', id: name, name },
    description: `API key ${name} was revealed`,
    severity: 'critical',
    ...more,
  }
}

/** Records events once the live stream is connected. */
async function recordLive(context: Context, ...events: NewEvent[]): Promise<void> {
  await context.canvas.findByText('Live')
  await getStage(context).record(...events)
}

function findToasts() {
  return screen.findByRole('region', { name: 'Notifications' })
}

export const Critical: Story = {
  parameters: activity({ events: 'one', isolated: true }),
  async play(context) {
    await recordLive(context, createKeyEvent('harmless', { severity: 'info' }), createKeyEvent('deploy'))
    const region = await findToasts()
    await expect(within(region).getAllByRole('listitem')).toHaveLength(1)
    await expect(within(region).getByRole('alert')).toHaveTextContent('Critical: API key deploy was revealed')
  },
}

/** At most three toasts at a time. The keyboard can dismiss them in a row. */
export const AtMostThree: Story = {
  parameters: activity({ events: 'one', isolated: true }),
  async play(context) {
    await recordLive(
      context,
      createKeyEvent('one'),
      createKeyEvent('two'),
      createKeyEvent('three'),
      createKeyEvent('four'),
    )
    const region = await findToasts()
    const names = () =>
      within(region)
        .getAllByRole('alert')
        .map((each) => each.textContent)
    await waitFor(() => expect(names()[0]).toContain('four'))
    await expect(names()).toHaveLength(3)
    within(region).getByRole('button', { name: 'Dismiss: API key four was revealed' }).focus()
    await userEvent.keyboard('{Enter}')
    await expect(names()).toHaveLength(2)
    await expect(screen.getByRole('button', { name: 'Dismiss: API key three was revealed' })).toHaveFocus()
    await userEvent.keyboard('{Enter}')
    await userEvent.keyboard('{Enter}')
    await waitFor(() => expect(screen.queryByRole('region', { name: 'Notifications' })).toBeNull())
  },
}

export const OpensDetails: Story = {
  parameters: activity({ events: 'one', isolated: true }),
  async play(context) {
    await recordLive(context, createKeyEvent('deploy'))
    await userEvent.click(within(await findToasts()).getByRole('button', { name: 'API key deploy was revealed' }))
    await expect(await screen.findByRole('dialog')).toHaveTextContent('api_key.revealed')
    await expect(screen.queryByRole('region', { name: 'Notifications' })).toBeNull()
  },
}

/** Shows other events, and opens them in the host's way. */
export const CustomFilter: Story = {
  parameters: activity({ events: 'one', isolated: true }),
  args: { filter: { action: ['api_key.revealed'] }, limit: 1, onOpen: fn() },
  async play(context) {
    await recordLive(context, createKeyEvent('quiet', { severity: 'info' }))
    const region = await findToasts()
    await expect(within(region).getByRole('status')).toHaveTextContent('Info: API key quiet was revealed')
    await userEvent.click(within(region).getByRole('button', { name: 'API key quiet was revealed' }))
    await expect(context.args.onOpen).toHaveBeenCalledWith(expect.objectContaining({ action: 'api_key.revealed' }))
  },
}

export const Dark: Story = {
  parameters: activity({ events: 'one', isolated: true, theme: 'dark' }),
  async play(context) {
    await recordLive(context, createKeyEvent('deploy'))
    const toast = within(await findToasts()).getByRole('listitem')
    await expect(getComputedStyle(toast).backgroundColor).toBe('rgb(24, 25, 28)')
  },
}

export const RightToLeft: Story = {
  parameters: activity({ events: 'one', isolated: true, dir: 'rtl' }),
  async play(context) {
    await recordLive(context, createKeyEvent('deploy'))
    const { left } = (await findToasts()).getBoundingClientRect()
    await expect(left).toBe(16)
  },
}

/** Wraps `fetch` so that the live stream can be cut and restored. */
function createNetwork(send: typeof fetch) {
  const streams = new Set<AbortController>()
  let isUp = true
  const interceptedFetch: typeof fetch = async (input, init) => {
    if (!new Request(input, init).url.includes('/trpc/follow')) return send(input, init)
    if (!isUp) throw new TypeError('Network unavailable.')
    const controller = new AbortController()
    streams.add(controller)
    const response = await send(input, {
      ...init,
      signal: init?.signal ? AbortSignal.any([init.signal, controller.signal]) : controller.signal,
    })
    return new Response(response.body?.pipeThrough(new TransformStream(), { signal: controller.signal }), response)
  }
  return {
    fetch: interceptedFetch,
    cut() {
      isUp = false
      for (const stream of streams) stream.abort(new TypeError('Connection lost.'))
    },
    recover() {
      isUp = true
    },
  }
}

let network: ReturnType<typeof createNetwork>

/** A stream that breaks before its first event cannot resume, so the lists are refetched. */
export const BackAfterAnOutage: Story = {
  parameters: activity({ events: 'one', isolated: true }),
  render: (args, context) => {
    const { fetch, tenant } = getStage(context)
    network ??= createNetwork(fetch)
    return (
      <ActivityProvider url="/activity" fetch={network.fetch} tenant={tenant} locale="en">
        <ActivityFeed />
        <ActivityToasts {...args} />
      </ActivityProvider>
    )
  },
  async play(context) {
    await context.canvas.findByText('Live')
    network.cut()
    await context.canvas.findByText('Connecting')
    await getStage(context).record(createKeyEvent('missed'))
    network.recover()
    await expect(await context.canvas.findByRole('article', { name: 'API key missed was revealed' })).toBeVisible()
  },
}
