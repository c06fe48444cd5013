import type { CatalogJson, Kind, Status } from '@whodid/core'
import { findAction, resolveResource } from '@whodid/core/browser'
import type { ReactNode } from 'react'
import { useActivityContext } from '../../provider/context.ts'
import { ICON_PATHS } from './icon-paths.ts'

/** Name of a built-in icon. Catalogs can use them. */
export type IconName = keyof typeof ICON_PATHS

/** Custom icons by name. They take precedence over the built-in ones. */
export type IconOverrides = { readonly [name: string]: ReactNode }

function isIconName(name: string): name is IconName {
  return Object.hasOwn(ICON_PATHS, name)
}

/** Built-in icons of verbs that share one with another verb. */
const ICON_BY_VERB: { readonly [verb: string]: IconName } = {
  canceled: 'cancelled',
  removed: 'deleted',
  destroyed: 'deleted',
  purged: 'deleted',
  terminated: 'cancelled',
  stopped: 'cancelled',
  paused: 'cancelled',
  resumed: 'started',
  deployed: 'started',
  succeeded: 'completed',
  accepted: 'completed',
  approved: 'completed',
  enabled: 'completed',
  activated: 'completed',
  disabled: 'revoked',
  suspended: 'revoked',
  rejected: 'revoked',
  renamed: 'updated',
  role_changed: 'updated',
  status_changed: 'updated',
  changed: 'updated',
  added: 'created',
  joined: 'created',
  invited: 'sent',
  signed_in: 'login',
  signin: 'login',
  logged_in: 'login',
  login_failed: 'failed',
  duplicated: 'cloned',
  copied: 'cloned',
  imported: 'uploaded',
  downloaded: 'exported',
  reset: 'rotated',
}

const ICON_BY_KIND: { readonly [kind in Kind]: IconName } = {
  create: 'created',
  update: 'updated',
  delete: 'deleted',
  other: 'other',
}

/** Returns the icon of an event: from the catalog, or else by its verb, or else by its kind. */
export function getActionIcon(
  catalog: CatalogJson,
  event: { readonly action: string; readonly kind: Kind; readonly status: Status },
): string {
  if (event.status === 'failure') return 'failed'
  const catalogIcon = findAction(catalog, event.action)?.icon
  if (catalogIcon) return catalogIcon
  const verb = event.action.slice(event.action.indexOf('.') + 1)
  return ICON_BY_VERB[verb] ?? (isIconName(verb) ? verb : ICON_BY_KIND[event.kind])
}

/** Returns the icon of a resource type: from the catalog, or else a box. */
export function getResourceIcon(catalog: CatalogJson, type: string): string {
  return resolveResource(catalog, type).icon ?? 'box'
}

/** Renders an icon by name, or a circle if it is unknown. Hidden from screen readers, since it is always next to a label. */
export function Icon({ name, size = 16 }: { name: string; size?: number }): ReactNode {
  const customIcon = useActivityContext().icons[name]
  if (customIcon !== undefined) {
    return (
      <span className="whodid-icon" aria-hidden="true">
        {customIcon}
      </span>
    )
  }
  return (
    <svg className="whodid-icon" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" focusable="false">
      <path d={ICON_PATHS[isIconName(name) ? name : 'other']} />
    </svg>
  )
}
