import type { Meta, StoryObj } from '@storybook/react-vite'
import { ActivityFeed, ActivityFilterScope, ActivityFilters, ActivityTable } from '@whodid/react'
import { useState } from 'react'
import { expect, screen, waitFor, within } from 'storybook/test'
import { ARABIC } from '../arabic.ts'
import { activity } from '../stage.tsx'

/** Shows a filter bar for all lists in the same provider. They follow it and hide their own bars. */
const meta = {
  title: 'ActivityFilters',
  component: ActivityFilters,
  render: (args) => (
    <div style={{ display: 'grid', gap: 16 }}>
      <ActivityFilters {...args} />
      <ActivityTable columns={['resource', 'description', 'occurredAt', 'actor']} />
    </div>
  ),
} satisfies Meta<typeof ActivityFilters>

export default meta
type Story = StoryObj<typeof meta>
type Context = Parameters<NonNullable<Story['play']>>[0]

function expectRows({ canvas }: Pick<Context, 'canvas'>, count: number) {
  return waitFor(() => expect(canvas.getAllByRole('row')).toHaveLength(count + 1))
}

/** Opens a filter menu, selects a value and closes the menu. */
async function selectFilter(
  { canvas, userEvent }: Pick<Context, 'canvas' | 'userEvent'>,
  field: string,
  value: RegExp,
) {
  await userEvent.click(canvas.getByLabelText(new RegExp(`^Filter by ${field}`)))
  await userEvent.click(await screen.findByRole('option', { name: value }))
  await userEvent.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('listbox')).toBeNull())
}

export const Many = {
  async play({ canvas }) {
    await expectRows({ canvas }, 19)
    await expect(canvas.getAllByRole('searchbox')).toHaveLength(1)
    await expect(canvas.getByRole('group', { name: 'Filters' })).toHaveTextContent('User Action Type Category')
  },
} satisfies Story

/** Combines conditions of several fields. Chips remove them one by one or all at once. */
export const Combines: Story = {
  async play({ canvas, userEvent }) {
    await expectRows({ canvas }, 19)
    await selectFilter({ canvas, userEvent }, 'User', /Grace Hopper/)
    await expectRows({ canvas }, 5)
    await selectFilter({ canvas, userEvent }, 'Action', /^Delete/)
    await expectRows({ canvas }, 1)
    await expect(canvas.getByRole('checkbox', { name: 'Select: Project Engine (copy) was deleted' })).toBeVisible()

    const chips = within(await canvas.findByRole('list', { name: 'Filters' }))
    await expect(chips.getAllByRole('listitem')).toHaveLength(3)
    await userEvent.click(chips.getByRole('button', { name: 'Remove filter: User Grace Hopper' }))
    await expectRows({ canvas }, 3)
    await userEvent.type(canvas.getByRole('searchbox'), 'linus')
    await expectRows({ canvas }, 2)
    await userEvent.click(canvas.getByRole('button', { name: 'Clear all' }))
    await expectRows({ canvas }, 19)
    await expect(canvas.queryByRole('list', { name: 'Filters' })).toBeNull()
    await expect(canvas.getByRole('searchbox')).toHaveValue('')
  },
}

/** Finds users by email address. */
export const FindsAPerson: Story = {
  async play({ canvas, userEvent }) {
    await expectRows({ canvas }, 19)
    await userEvent.click(canvas.getByRole('button', { name: 'Filter by User' }))
    const box = await screen.findByRole('combobox', { name: 'Find User…' })
    await userEvent.type(box, 'grace@acme')
    await waitFor(() => expect(screen.getAllByRole('option')).toHaveLength(1))
    await userEvent.click(screen.getByRole('option', { name: /Grace Hopper/ }))
    await userEvent.keyboard('{Escape}')
    await expectRows({ canvas }, 5)
  },
}

export const FiltersByDate: Story = {
  async play({ canvas, userEvent }) {
    await expectRows({ canvas }, 19)
    await userEvent.click(canvas.getByRole('button', { name: /^Filter by Date/ }))
    await userEvent.click(await screen.findByRole('button', { name: 'Last 24 hours' }))
    await expectRows({ canvas }, 7)
    await expect(await canvas.findByRole('button', { name: 'Remove filter: Date Last 24 hours' })).toBeVisible()

    await userEvent.click(canvas.getByRole('button', { name: /^Filter by Date/ }))
    await userEvent.type(await screen.findByLabelText('To'), '2020-01-31')
    await userEvent.click(screen.getByRole('button', { name: 'Apply' }))
    await expect(await canvas.findByText('No matching events')).toBeVisible()
    await expect(canvas.getByText('Until Jan 31, 2020')).toBeVisible()
  },
}

export const Empty: Story = {
  parameters: activity({ events: 'none' }),
  async play({ canvas, userEvent }) {
    await canvas.findByText('No activity yet')
    await userEvent.click(canvas.getByRole('button', { name: 'Filter by User' }))
    await expect(await screen.findByText('No results')).toBeVisible()
  },
}

export const Loading: Story = {
  parameters: activity({ service: 'silent' }),
  async play({ canvas, userEvent }) {
    await userEvent.click(await canvas.findByRole('button', { name: 'Filter by User' }))
    const popup = within(await screen.findByRole('dialog', { name: 'Filter by User' }))
    await expect(await popup.findByText('Loading activity')).toBeVisible()
  },
}

export const AwkwardNames: Story = {
  parameters: activity({ events: 'awkward' }),
  async play({ canvas, canvasElement, userEvent }) {
    await expectRows({ canvas }, 6)
    await selectFilter({ canvas, userEvent }, 'User', /Countess of Lovelace/)
    await selectFilter({ canvas, userEvent }, 'User', /الخوارزمي/)
    await selectFilter({ canvas, userEvent }, 'User', /関孝和/)
    await expectRows({ canvas }, 3)
    const bar = canvasElement.querySelector('.whodid-filters')
    await expect(bar?.scrollWidth).toBeLessThanOrEqual(bar?.clientWidth ?? 0)
  },
}

const filtersByUser: Story['play'] = async ({ canvas, userEvent }) => {
  await expectRows({ canvas }, 19)
  await selectFilter({ canvas, userEvent }, 'User', /Grace Hopper/)
  await expectRows({ canvas }, 5)
}

export const Dark: Story = { parameters: activity({ theme: 'dark' }), play: filtersByUser }

export const RightToLeft: Story = {
  parameters: activity({ dir: 'rtl', locale: 'ar', messages: ARABIC }),
  async play({ canvas, userEvent }) {
    await expectRows({ canvas }, 19)
    await userEvent.click(canvas.getByRole('button', { name: 'تصفية حسب المستخدم' }))
    await userEvent.click(await screen.findByRole('option', { name: /Grace Hopper/ }))
    await userEvent.keyboard('{Escape}')
    await expectRows({ canvas }, 5)
  },
}

export const Phone: Story = {
  globals: { viewport: { value: 'phone' } },
  async play(context) {
    await filtersByUser?.(context)
    await expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390)
  },
}

/** Conditions in the search box combine with those of the menus. */
export const QueryLanguage: Story = {
  async play({ canvas, userEvent }) {
    await expectRows({ canvas }, 19)
    const box = canvas.getByRole('searchbox')
    await userEvent.type(box, 'actor:"grace hopper"')
    await expectRows({ canvas }, 5)
    await selectFilter({ canvas, userEvent }, 'Action', /^Delete/)
    await expectRows({ canvas }, 1)
    await expect(box).toHaveValue('actor:"grace hopper"')
    await userEvent.type(box, ' -copy')
    await expect(await canvas.findByText('No matching events')).toBeVisible()
  },
}

function expectInvalid(text: string, part: string, reason: RegExp): NonNullable<Story['play']> {
  return async function play({ canvas, canvasElement, userEvent }) {
    await expectRows({ canvas }, 19)
    const box = canvas.getByRole('searchbox')
    await userEvent.type(box, `${text}{Enter}`)
    const problem = await canvas.findByText(reason)
    await expect(problem).toBeVisible()
    await expect(canvasElement.querySelector('mark')).toHaveTextContent(part)
    await expect(box).toHaveAttribute('aria-invalid', 'true')
    await expect(box).toHaveAccessibleDescription(reason)
    // Invalid text is not searched, so the rows are unchanged.
    await expectRows({ canvas }, 19)
  }
}

/** Shows where the text is invalid. Nothing is searched until it is valid. */
export const InvalidSearch: Story = {
  async play(context) {
    const { canvas, canvasElement, userEvent } = context
    await expectInvalid('engine status:okay', 'okay', /takes success, failure/)(context)
    const stale = () => canvasElement.querySelector('.whodid-panel[data-stale]')
    await expect(stale()).not.toBeNull()
    await expect(canvas.getByText('Showing results of the last valid search')).toBeVisible()
    // The message is hidden on blur. The invalid state remains.
    await userEvent.tab()
    await userEvent.tab()
    await expect(canvas.getByText(/takes success, failure/)).not.toBeVisible()
    await expect(canvas.getByRole('searchbox')).toHaveAttribute('aria-invalid', 'true')
    await userEvent.type(canvas.getByRole('searchbox'), '{Backspace>4/}failure')
    await waitFor(() => expect(canvas.queryByText(/takes success, failure/)).toBeNull())
    await expect(canvas.getByRole('searchbox')).toHaveAttribute('aria-invalid', 'false')
    await waitFor(() => expect(stale()).toBeNull())
    await expect(canvas.queryByText('Showing results of the last valid search')).toBeNull()
  },
}

/** A field without a value becomes invalid only after a pause or on blur. */
export const UnfinishedSearch: Story = {
  async play({ canvas, userEvent }) {
    await expectRows({ canvas }, 19)
    const box = canvas.getByRole('searchbox')
    // With the caret elsewhere, it is invalid after the normal pause.
    await userEvent.type(box, 'x status:')
    await userEvent.type(box, 'y', { initialSelectionStart: 1, initialSelectionEnd: 1 })
    await waitFor(() => expect(box).toHaveAttribute('aria-invalid', 'true'), { timeout: 2_000 })
    await userEvent.clear(box)
    await userEvent.type(box, 'engine')
    await expectRows({ canvas }, 7)
    await userEvent.type(box, ' status:')
    await expect(box).toHaveAttribute('aria-invalid', 'false')
    await userEvent.tab()
    await waitFor(() => expect(box).toHaveAttribute('aria-invalid', 'true'))
    await userEvent.clear(box)
    await expectRows({ canvas }, 19)
  },
}

/** A focused empty box shows examples, also to screen readers. */
export const SearchExamples: Story = {
  async play({ canvas, userEvent }) {
    await expectRows({ canvas }, 19)
    const box = canvas.getByRole('searchbox')
    const example = () => canvas.queryByText('status:failure')
    await expect(example()).toBeNull()
    await userEvent.click(box)
    await expect(await canvas.findByText('status:failure')).toBeVisible()
    await expect(box).toHaveAccessibleDescription(/actor:ada.*status:failure.*from:7d.*-kind:update.*"exact words"/)
    await userEvent.keyboard('{Escape}')
    await expect(example()).toBeNull()
    await userEvent.tab()
    await userEvent.tab({ shift: true })
    await expect(example()).toBeVisible()
    await userEvent.keyboard('e')
    await expect(example()).toBeNull()
    await userEvent.keyboard('{Backspace}')
    await expect(example()).toBeNull()
    await userEvent.tab()
    await userEvent.tab({ shift: true })
    await expect(example()).toBeVisible()
  },
}

export const SearchExamplesDark: Story = {
  parameters: activity({ theme: 'dark' }),
  async play({ canvas, userEvent }) {
    await expectRows({ canvas }, 19)
    await userEvent.click(canvas.getByRole('searchbox'))
    await expect(await canvas.findByText('status:failure')).toBeVisible()
  },
}

function Page() {
  const [shown, setShown] = useState<'feed' | 'table' | 'nothing'>('feed')
  return (
    <>
      {(['feed', 'table', 'nothing'] as const).map((each) => (
        <button key={each} type="button" onClick={() => setShown(each)}>
          Show {each}
        </button>
      ))}
      {shown !== 'nothing' && (
        <ActivityFilterScope urlSync>{shown === 'feed' ? <ActivityFeed /> : <ActivityTable />}</ActivityFilterScope>
      )}
    </>
  )
}

/** Lists in a scope share one filter, which persists in the URL. */
export const Scope: Story = {
  render: () => <Page />,
  async play({ canvas, userEvent }) {
    const before = location.href
    try {
      await userEvent.type(await canvas.findByRole('searchbox'), 'linus')
      await waitFor(() => expect(new URLSearchParams(location.search).get('q')).toBe('linus'))
      await userEvent.click(canvas.getByRole('button', { name: 'Show table' }))
      await expect(canvas.getByRole('searchbox')).toHaveValue('linus')
      await waitFor(() => expect(canvas.getAllByRole('row').length).toBeLessThan(19))
      // Unmounting leaves only the URL, as after a reload.
      await userEvent.click(canvas.getByRole('button', { name: 'Show nothing' }))
      await userEvent.click(canvas.getByRole('button', { name: 'Show feed' }))
      await expect(await canvas.findByRole('searchbox')).toHaveValue('linus')
    } finally {
      history.replaceState(history.state, '', before)
    }
  },
}

export const InvalidSearchDark: Story = {
  parameters: activity({ theme: 'dark' }),
  play: expectInvalid('project from:soon', 'soon', /takes today, yesterday/),
}

export const InvalidSearchRightToLeft: Story = {
  parameters: activity({ dir: 'rtl', locale: 'ar', messages: ARABIC }),
  play: expectInvalid('محرك status:okay', 'okay', /takes success, failure/),
}

export const InvalidSearchOnAPhone: Story = {
  globals: { viewport: { value: 'phone' } },
  async play(context) {
    const longWord = 'a-very-long-word-'.repeat(8)
    await expectInvalid(`${longWord} resource:${longWord} x`, 'a-very-long-word', /takes a type and an id/)(context)
    await expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390)
  },
}
