import { type CatalogJson, type StoredEvent, safeHref } from '@whodid/core/browser'
import type { ReactNode } from 'react'
import { resourceName, typeLabel } from '../../events/describe.ts'
import { useActivityContext } from '../../provider/context.ts'
import { visibleText } from '../../text/escapes.ts'
import { useTooltip } from '../controls/tooltip.tsx'
import { Icon, resourceIcon } from '../icons/icon.tsx'
import { Text } from '../text.tsx'

export interface ResourceLinkProps {
  readonly event: StoredEvent
  readonly catalog: CatalogJson
  /** Whether the keyboard stops here. Lists that move by arrow keys let it stop only in the current row. @default true */
  readonly focusable?: boolean | undefined
}

/** The resource of an event with its type's icon: a link, or a disabled one that says why when there is nothing to open. */
export function ResourceLink({ event, catalog, focusable = true }: ResourceLinkProps): ReactNode {
  const { messages, renderLink } = useActivityContext()
  const { resource } = event
  const type = typeLabel(catalog, resource.type)
  const reason = resource.deleted ? messages.deletedReason(type.toLocaleLowerCase()) : undefined
  const tooltip = useTooltip(reason)
  const href = safeHref(resource.href)
  const tabIndex = focusable ? 0 : -1
  const name = resourceName(event)
  const inner = (
    <>
      <Icon name={resourceIcon(catalog, resource.type)} size={14} />
      {name !== null && <span className="whodid-sr">{visibleText(type)} </span>}
      <Text value={name ?? type} className="whodid-resource-name" />
    </>
  )

  if (resource.deleted) {
    return (
      // biome-ignore lint/a11y/useSemanticElements: an <a> without href is no link to a screen reader; this is a disabled one
      <span
        {...tooltip}
        className="whodid-resource"
        data-deleted=""
        role="link"
        aria-disabled="true"
        tabIndex={tabIndex}
      >
        {inner}
        <span className="whodid-tag">{messages.deleted}</span>
      </span>
    )
  }
  if (href === null) {
    return <span className="whodid-resource">{inner}</span>
  }
  return renderLink({
    href,
    className: 'whodid-resource',
    tabIndex,
    onClick: (click) => click.stopPropagation(),
    children: inner,
  })
}
