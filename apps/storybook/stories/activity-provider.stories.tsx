import type { Meta, StoryObj } from '@storybook/react-vite'
import { ActivityCard, ActivityProvider, type Messages } from '@whodid/react'
import { expect, fn, screen, within } from 'storybook/test'
import { activity, getStage } from '../stage.tsx'

const GERMAN: Partial<Messages> = {
  lastActivity: 'Letzte Aktivität',
  viewAll: 'Alle anzeigen',
  live: 'Live',
  deleted: 'Gelöscht',
}

/** Connects activity components to the service, and sets their theme, locale, texts, icons and links. */
const meta = {
  title: 'ActivityProvider',
  component: ActivityProvider,
  args: { url: '/activity', locale: 'en', children: <ActivityCard viewAllHref="/activity" /> },
  render: (args, context) => {
    const { fetch, tenant } = getStage(context)
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

/** Normalizes a computed color. */
function rgb(color: string) {
  return color.replaceAll(' ', '')
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

/** By default the kit follows the page: its `color-scheme`, a `dark` class or `data-theme`. */
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

/** The kit uses the tokens of the host's design system. */
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

/** Dates and numbers come from `Intl`, texts from the host. */
export const German: Story = {
  args: { locale: 'de', messages: GERMAN },
  async play({ canvas }) {
    const german = await card(canvas, 'Letzte Aktivität')
    await expect(within(german).getByRole('link', { name: 'Alle anzeigen' })).toBeVisible()
    await expect(within(german).getAllByText(/^vor \d+ (Stunde|Tag)/)[0]).toBeVisible()
  },
}

/** Uses a time zone other than the browser's. */
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

export const CustomIcons: Story = {
  args: { icons: { database: <span>🗄️</span>, updated: <span>✏️</span> } },
  async play({ canvas }) {
    await expect(within(await card(canvas)).getByText('✏️')).toBeVisible()
  },
}

const visit = fn()

/** The host's router renders links. */
export const CustomLinks: Story = {
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

/** One live stream covers all tenants of the viewer. */
export const AllTenants: Story = {
  args: { tenant: '*' },
  parameters: activity({ isolated: true }),
  async play({ canvas, ...context }) {
    const region = within(await card(canvas))
    await region.findByText('Live')
    await getStage(context).record({
      action: 'project.created',
      actor: { type: 'user', id: 'u2', name: 'Grace Hopper' },
      resource: { type: 'project', id: 'p77', name: 'Compiler' },
    })
    await expect((await region.findAllByText(/Compiler/))[0]).toBeVisible()
  },
}

/** Without a live stream there is no status badge. */
export const NotLive: Story = {
  args: { live: false },
  parameters: activity({ live: false }),
  async play({ canvas }) {
    await expect(within(await card(canvas)).queryByText('Live')).toBeNull()
  },
}
