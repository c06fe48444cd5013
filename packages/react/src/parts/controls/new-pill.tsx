import type { ReactNode } from 'react'
import { useActivityContext } from '../../provider/context.ts'
import { Icon } from '../icons/icon.tsx'

/** Shows and announces the number of new events out of view. Pressing it goes to them. */
export function NewPill({ count, onPress }: { count: number; onPress: () => void }): ReactNode {
  const { messages, formats } = useActivityContext()
  return (
    <div className="whodid-new" role="status">
      {count > 0 && (
        <button type="button" className="whodid-new-pill" onClick={onPress}>
          <Icon name="arrow-up" size={13} />
          <bdi>{messages.newEvents(count, formats.number(count))}</bdi>
        </button>
      )}
    </div>
  )
}
