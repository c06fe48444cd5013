import type { ReactNode } from 'react'
import { Icon } from '../../parts/icons/icon.tsx'
import { type ActivityContextValue, useActivityContext } from '../../provider/context.ts'

/** What a filter button shows: its name, how many values are chosen, and that it opens. */
export function PillFace({ label, count }: { label: string; count: number }): ReactNode {
  const { formats } = useActivityContext()
  return (
    <>
      {label} {count > 0 && <span className="whodid-count">{formats.number(count)}</span>}
      <Icon name="chevron-down" size={13} />
    </>
  )
}

/** What a filter button is called. It says the count too: a name holds all that is seen (WCAG 2.5.3). */
export function pillName(
  { messages, formats }: Pick<ActivityContextValue, 'messages' | 'formats'>,
  label: string,
  count: number,
): string {
  return count > 0 ? `${messages.filterBy(label)} ${formats.number(count)}` : messages.filterBy(label)
}
