import type { ReactNode } from 'react'
import { Icon } from '../parts/icon.tsx'
import { useActivityContext } from '../provider/context.ts'

/** What a filter button shows: its name, how many values are chosen, and that it opens. */
export function PillFace({ label, count }: { label: string; count: number }): ReactNode {
  const { formats } = useActivityContext()
  return (
    <>
      {label}
      {count > 0 && <span className="whodid-count">{formats.number(count)}</span>}
      <Icon name="chevron-down" size={13} />
    </>
  )
}
