import type { CatalogJson, StoredEvent } from '@whodid/core/browser'
import type { ReactNode } from 'react'
import { badgeLabel } from '../../events/describe.ts'
import { useActivityContext } from '../../provider/context.ts'
import { actionIcon, Icon } from '../icons/icon.tsx'
import { Text } from '../text.tsx'

/** What an event did, as a badge: colour by kind, icon by verb, and the word. A failed one says so. */
export function ActionBadge({
  event,
  catalog,
  icon = true,
}: {
  event: StoredEvent
  catalog: CatalogJson
  /** False where the icon stands beside it already. */
  icon?: boolean
}): ReactNode {
  const { messages } = useActivityContext()
  return (
    <span className="whodid-badge" data-kind={event.kind} data-status={event.status}>
      {icon && <Icon name={actionIcon(catalog, event)} size={12} />}
      <Text value={badgeLabel(catalog, event, messages)} />
    </span>
  )
}

/** The icon of an event in a tile coloured by kind. */
export function ActionTile({ event, catalog }: { event: StoredEvent; catalog: CatalogJson }): ReactNode {
  return (
    <span className="whodid-tile" data-kind={event.kind} data-status={event.status} data-severity={event.severity}>
      <Icon name={actionIcon(catalog, event)} size={14} />
    </span>
  )
}
