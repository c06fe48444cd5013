import type { Meta, StoryObj } from '@storybook/react-vite'
import type { NewEvent } from '@whodid/core'
import { ActivityFeed, ActivityProvider, ActivityToasts } from '@whodid/react'
import { expect, fn, screen, userEvent, waitFor, within } from 'storybook/test'
import { activity, stageOf } from '../stage.tsx'

/** Notice of critical events at once, wherever the viewer is in the app. */
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

function key(name: string, more: Partial<NewEvent> = {}): NewEvent {
  return {
    action: 'api_key.revealed',
    actor: { type: 'user', id: 'u2', name: 'Grace Hopper' },
    resource: { type: 'api_key', id: name, name },
    description: `API key ${name} was revealed`,
    severity: 'critical',
    ...more,
  }
}

/** Records events once the page hears of them. */
async function happen(context: Context, ...events: NewEvent[]): Promise<void> {
  await context.canvas.findByText('Live')
  await stageOf(context).record(...events)
}

function notices() {
  return screen.findByRole('region', { name: 'Notices' })
}

export const Critical: Story = {
  parameters: activity({ events: 'one', own: true }),
  async play(context) {
    await happen(context, key('harmless', { severity: 'info' }), key('deploy'))
    const region = await notices()
    await expect(within(region).getAllByRole('listitem')).toHaveLength(1)
    await expect(within(region).getByRole('alert')).toHaveTextContent('Critical: API key deploy was revealed')
  },
}

/** However many come, three stand at a time; the keyboard dismisses them one after the other. */
export const AtMostThree: Story = {
  parameters: activity({ events: 'one', own: true }),
  async play(context) {
    await happen(context, key('one'), key('two'), key('three'), key('four'))
    const region = await notices()
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
    await waitFor(() => expect(screen.queryByRole('region', { name: 'Notices' })).toBeNull())
  },
}

export const OpensDetails: Story = {
  parameters: activity({ events: 'one', own: true }),
  async play(context) {
    await happen(context, key('deploy'))
    await userEvent.click(within(await notices()).getByRole('button', { name: 'API key deploy was revealed' }))
    await expect(await screen.findByRole('dialog')).toHaveTextContent('api_key.revealed')
    await expect(screen.queryByRole('region', { name: 'Notices' })).toBeNull()
  },
}

/** Other events, opened in the host's own way. */
export const OwnFilter: Story = {
  parameters: activity({ events: 'one', own: true }),
  args: { filter: { action: ['api_key.revealed'] }, limit: 1, onOpen: fn() },
  async play(context) {
    await happen(context, key('quiet', { severity: 'info' }))
    const region = await notices()
    await expect(within(region).getByRole('status')).toHaveTextContent('Info: API key quiet was revealed')
    await userEvent.click(within(region).getByRole('button', { name: 'API key quiet was revealed' }))
    await expect(context.args.onOpen).toHaveBeenCalledWith(expect.objectContaining({ action: 'api_key.revealed' }))
  },
}

export const Dark: Story = {
  parameters: activity({ events: 'one', own: true, theme: 'dark' }),
  async play(context) {
    await happen(context, key('deploy'))
    const toast = within(await notices()).getByRole('listitem')
    await expect(getComputedStyle(toast).backgroundColor).toBe('rgb(24, 25, 28)')
  },
}

export const RightToLeft: Story = {
  parameters: activity({ events: 'one', own: true, dir: 'rtl' }),
  async play(context) {
    await happen(context, key('deploy'))
    const { left } = (await notices()).getBoundingClientRect()
    await expect(left).toBe(16)
  },
}

/** What the connection to the service does. */
function connection(send: typeof fetch) {
  const streams = new Set<AbortController>()
  let up = true
  const through: typeof fetch = async (input, init) => {
    if (!new Request(input, init).url.includes('/trpc/follow')) return send(input, init)
    if (!up) throw new TypeError('The network is away.')
    const cut = new AbortController()
    streams.add(cut)
    const response = await send(input, {
      ...init,
      signal: init?.signal ? AbortSignal.any([init.signal, cut.signal]) : cut.signal,
    })
    return new Response(response.body?.pipeThrough(new TransformStream(), { signal: cut.signal }), response)
  }
  return {
    fetch: through,
    cut() {
      up = false
      for (const stream of streams) stream.abort(new TypeError('The network has gone.'))
    },
    mend() {
      up = true
    },
  }
}

let wire: ReturnType<typeof connection>

/** A stream that broke before its first event cannot resume after one: what happened meanwhile is read instead. */
export const BackAfterAnOutage: Story = {
  parameters: activity({ events: 'one', own: true }),
  render: (args, context) => {
    const { fetch, tenant } = stageOf(context)
    wire ??= connection(fetch)
    return (
      <ActivityProvider url="/activity" fetch={wire.fetch} tenant={tenant} locale="en">
        <ActivityFeed />
        <ActivityToasts {...args} />
      </ActivityProvider>
    )
  },
  async play(context) {
    await context.canvas.findByText('Live')
    wire.cut()
    await context.canvas.findByText('Connecting')
    await stageOf(context).record(key('missed'))
    wire.mend()
    await expect(await context.canvas.findByRole('article', { name: 'API key missed was revealed' })).toBeVisible()
  },
}
