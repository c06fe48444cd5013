import type { Meta, StoryObj } from '@storybook/react-vite'
import { ActivityCard, ActivityProvider, type Messages } from '@whodid/react'
import { expect, fn, screen, within } from 'storybook/test'
import { activity, stageOf } from '../stage.tsx'

const GERMAN: Partial<Messages> = {
  lastActivity: 'Letzte Aktivität',
  viewAll: 'Alle anzeigen',
  live: 'Live',
  deleted: 'Gelöscht',
}

/**
 * Gives every activity component below it the service, and with it the theme, the language, the words, the icons and the
 * way links are drawn.
 */
const meta = {
  title: 'ActivityProvider',
  component: ActivityProvider,
  args: { url: '/activity', locale: 'en', children: <ActivityCard viewAllHref="/activity" /> },
  render: (args, context) => {
    const { fetch, tenant } = stageOf(context)
    return <ActivityProvider {...args} fetch={fetch} tenant={args.tenant ?? tenant} />
  },
} satisfies Meta<typeof ActivityProvider>

export default meta
type Story = StoryObj<typeof meta>
type Canvas = Parameters<NonNullable<Story['play']>>[0]['canvas']

async function card(canvas: Canvas, name = 'Last activity') {
  await canvas.findAllByRole('listitem')
  return canvas.getByRole('region', { name })
}

/** A colour as the browser computes it. */
function rgb(colour: string) {
  return colour.replaceAll(' ', '')
}

export const Light: Story = {
  args: { theme: 'light' },
  async play({ canvas }) {
    await expect(rgb(getComputedStyle(await card(canvas)).backgroundColor)).toBe('rgb(255,255,255)')
  },
}

export const Dark: Story = {
  args: { theme: 'dark' },
  parameters: activity({ theme: 'dark' }),
  async play({ canvas }) {
    await expect(rgb(getComputedStyle(await card(canvas)).backgroundColor)).toBe('rgb(17,18,20)')
  },
}

/** By itself the kit follows the page: its `color-scheme`, a class `dark`, or `data-theme`. */
export const FollowsThePage: Story = {
  args: { theme: 'auto' },
  parameters: activity({ theme: 'dark' }),
  decorators: [
    (Story) => (
      <div className="dark">
        <Story />
      </div>
    ),
  ],
  async play({ canvas }) {
    await expect(getComputedStyle(await card(canvas)).colorScheme).toBe('dark')
  },
}

/** The tokens of a design system reach the kit as they are. */
export const HostTokens: Story = {
  decorators: [
    (Story) => (
      <div className="brand">
        <Story />
      </div>
    ),
  ],
  async play({ canvas }) {
    const { backgroundColor, borderRadius, fontFamily } = getComputedStyle(await card(canvas))
    await expect(rgb(backgroundColor)).toBe('rgb(255,250,240)')
    await expect(borderRadius).toBe('2px')
    await expect(fontFamily).toContain('Georgia')
  },
}

/** Dates and numbers come from the platform, words from the host. */
export const German: Story = {
  args: { locale: 'de', messages: GERMAN },
  async play({ canvas }) {
    const german = await card(canvas, 'Letzte Aktivität')
    await expect(within(german).getByRole('link', { name: 'Alle anzeigen' })).toBeVisible()
    await expect(within(german).getAllByText(/^vor \d+ (Stunde|Tag)/)[0]).toBeVisible()
  },
}

/** Another time zone than the browser's, here half an hour off the hour. */
export const TimeZone: Story = {
  args: { timeZone: 'Asia/Kolkata' },
  async play({ canvas, userEvent }) {
    await card(canvas)
    const [time] = canvas.getAllByText(/ago$/)
    await expect(time).toHaveAttribute('title', expect.stringMatching(/GMT\+5:30|IST/))
    await userEvent.hover(time ?? document.body)
    await expect(await screen.findByRole('tooltip')).toHaveTextContent(/GMT\+5:30|IST/)
  },
}

export const OwnIcons: Story = {
  args: { icons: { database: <span>🗄️</span>, updated: <span>✏️</span> } },
  async play({ canvas }) {
    await expect(within(await card(canvas)).getByText('✏️')).toBeVisible()
  },
}

const visit = fn()

/** Links are drawn by the host's router. */
export const OwnLinks: Story = {
  args: {
    renderLink: ({ href, children, ...props }) => (
      <a
        {...props}
        href={href}
        onClick={(click) => {
          props.onClick?.(click)
          click.preventDefault()
          visit(href)
        }}
      >
        {children}
      </a>
    ),
  },
  async play({ canvas, userEvent }) {
    await userEvent.click(
      within(await card(canvas)).getAllByRole('link', { name: /Difference Engine/ })[0] ?? document.body,
    )
    await expect(visit).toHaveBeenCalledWith('/projects/p1')
  },
}

/** One stream is live for all tenants of the viewer, and goes on in each where it was. */
export const AllTenants: Story = {
  args: { tenant: '*' },
  parameters: activity({ own: true }),
  async play({ canvas, ...context }) {
    const region = within(await card(canvas))
    await region.findByText('Live')
    await stageOf(context).record({
      action: 'project.created',
      actor: { type: 'user', id: 'u2', name: 'Grace Hopper' },
      resource: { type: 'project', id: 'p77', name: 'Compiler' },
    })
    await expect((await region.findAllByText(/Compiler/))[0]).toBeVisible()
  },
}

/** Without a live stream nothing says that there is one. */
export const NotLive: Story = {
  args: { live: false },
  parameters: activity({ live: false }),
  async play({ canvas }) {
    await expect(within(await card(canvas)).queryByText('Live')).toBeNull()
  },
}
