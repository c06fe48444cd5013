import type { CatalogJson, StoredEvent } from '@whodid/core'
import type { ReactNode } from 'react'
import { getBadgeLabel } from '../../events/describe.ts'
import { useActivityContext } from '../../provider/context.ts'
import { getActionIcon, Icon } from '../icons/icon.tsx'
import { Text } from '../text.tsx'

/** Badge of an event: color by kind, icon by verb, and label. */
export function ActionBadge({
  event,
  catalog,
  icon: hasIcon = true,
}: {
  event: StoredEvent
  catalog: CatalogJson
  /** False if the icon is shown next to the badge. */
  icon?: boolean
}): ReactNode {
  const { messages } = useActivityContext()
  return (
    <span className="whodid-badge" data-kind={event.kind} data-status={event.status}>
      {hasIcon && <Icon name={getActionIcon(catalog, event)} size={12} />}
      <Text value={getBadgeLabel(catalog, event, messages)} />
    </span>
  )
}

/** Icon of an event in a tile colored by kind. */
export function ActionTile({ event, catalog }: { event: StoredEvent; catalog: CatalogJson }): ReactNode {
  return (
    <span className="whodid-tile" data-kind={event.kind} data-status={event.status} data-severity={event.severity}>
      <Icon name={getActionIcon(catalog, event)} size={14} />
    </span>
  )
}
