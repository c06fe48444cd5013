import type { CatalogJson, StoredEvent } from '@whodid/core'
import { safeHref } from '@whodid/core/browser'
import type { ReactNode } from 'react'
import { getResourceName, getTypeLabel } from '../../events/describe.ts'
import { useActivityContext } from '../../provider/context.ts'
import { toVisibleText } from '../../text/escapes.ts'
import { useTooltip } from '../controls/tooltip.tsx'
import { getResourceIcon, Icon } from '../icons/icon.tsx'
import { Text } from '../text.tsx'

/** Props of `ResourceLink`. */
export interface ResourceLinkProps {
  readonly event: StoredEvent
  readonly catalog: CatalogJson
  /** Makes the link a tab stop. Lists with arrow keys set it only in the current row. @default true */
  readonly isFocusable?: boolean | undefined
}

/** Link to the resource of an event, with its type's icon. Disabled with an explanation if the resource is deleted. */
export function ResourceLink({ event, catalog, isFocusable: focusable = true }: ResourceLinkProps): ReactNode {
  const { messages, renderLink } = useActivityContext()
  const { resource } = event
  const type = getTypeLabel(catalog, resource.type)
  const reason = resource.deleted ? messages.deletedReason(type.toLocaleLowerCase()) : undefined
  const tooltip = useTooltip(reason)
  const href = safeHref(resource.href)
  const tabIndex = focusable ? 0 : -1
  const name = getResourceName(event)
  const content = (
    <>
      <Icon name={getResourceIcon(catalog, resource.type)} size={14} />
      {name !== null && <span className="whodid-sr">{toVisibleText(type)} </span>}
      <Text value={name ?? type} className="whodid-resource-name" />
    </>
  )

  if (resource.deleted) {
    return (
      // biome-ignore lint/a11y/useSemanticElements: screen readers do not treat an <a> without href as a link
      <span
        {...tooltip}
        className="whodid-resource"
        data-deleted=""
        role="link"
        aria-disabled="true"
        tabIndex={tabIndex}
      >
        {content}
        <span className="whodid-tag">{messages.deleted}</span>
      </span>
    )
  }
  if (href === null) {
    return <span className="whodid-resource">{content}</span>
  }
  return renderLink({
    href,
    className: 'whodid-resource',
    tabIndex,
    onClick: (click) => click.stopPropagation(),
    children: content,
  })
}
