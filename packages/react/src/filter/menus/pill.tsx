import type { ReactNode } from 'react'
import { Icon } from '../../parts/icons/icon.tsx'
import { type ActivityContextValue, useActivityContext } from '../../provider/context.ts'

/** Content of a filter button: its name, the number of selected values and a chevron. */
export function PillContent({ label, count }: { label: string; count: number }): ReactNode {
  const { formats } = useActivityContext()
  return (
    <>
      {label} {count > 0 && <span className="whodid-count">{formats.number(count)}</span>}
      <Icon name="chevron-down" size={13} />
    </>
  )
}

/** Returns the accessible name of a filter button. Includes the visible count (WCAG 2.5.3). */
export function getPillLabel(
  { messages, formats }: Pick<ActivityContextValue, 'messages' | 'formats'>,
  label: string,
  count: number,
): string {
  return count > 0 ? `${messages.filterBy(label)} ${formats.number(count)}` : messages.filterBy(label)
}
