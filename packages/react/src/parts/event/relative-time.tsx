import type { ReactNode } from 'react'
import { useNow } from '../../events/use-now.ts'
import { useActivityContext } from '../../provider/context.ts'
import { useTooltip } from '../controls/tooltip.tsx'

/** How long ago something happened; the full date and time come up on hover. */
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
