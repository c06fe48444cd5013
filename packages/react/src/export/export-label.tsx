import type { ReactNode } from 'react'
import { Icon } from '../parts/icons/icon.tsx'
import { useActivityContext } from '../provider/context.ts'

/** Label of the export button: "Actions", or "Actions (3)" when rows are selected. */
export function ExportLabel({ count }: { count: number }): ReactNode {
  const { messages, formats } = useActivityContext()
  return (
    <>
      {messages.actions(count, formats.number(count))}
      <Icon name="chevron-down" size={13} />
    </>
  )
}
