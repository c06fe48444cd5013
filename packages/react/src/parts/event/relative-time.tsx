import type { ReactNode } from 'react'
import { useNow } from '../../events/use-now.ts'
import { useActivityContext } from '../../provider/context.ts'
import { useTooltip } from '../controls/tooltip.tsx'

/** Shows how long ago an event happened, with the full date and time as a tooltip. */
export function RelativeTime({ iso, className }: { iso: string; className?: string | undefined }): ReactNode {
  const { formats } = useActivityContext()
  const now = useNow()
  const at = Date.parse(iso)
  const tooltip = useTooltip(formats.full(at))
  return (
    <time {...tooltip} className={className} dateTime={iso}>
      {formats.relative(at, now)}
    </time>
  )
}
