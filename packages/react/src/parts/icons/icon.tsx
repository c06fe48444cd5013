import type { CatalogJson, Kind, Status } from '@whodid/core/browser'
import { findAction, resolveResource } from '@whodid/core/browser'
import type { ReactNode } from 'react'
import { useActivityContext } from '../../provider/context.ts'
import { ICON_PATHS } from './icon-paths.ts'

/** The name of an icon that the kit draws by itself. A catalog may name any of them. */
export type IconName = keyof typeof ICON_PATHS

/** Icons of the host's, by name: they win over the kit's own. */
export type IconOverrides = { readonly [name: string]: ReactNode }

function has(name: string): name is IconName {
  return Object.hasOwn(ICON_PATHS, name)
}

/** Verbs that share an icon with one of the twelve that have their own. */
const LIKE: { readonly [verb: string]: IconName } = {
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

const BY_KIND: { readonly [kind in Kind]: IconName } = {
  create: 'created',
  update: 'updated',
  delete: 'deleted',
  other: 'other',
}

/** The icon of an event: what the catalog says, else the one of its verb, else the one of its kind. */
export function actionIcon(
  catalog: CatalogJson,
  event: { readonly action: string; readonly kind: Kind; readonly status: Status },
): string {
  if (event.status === 'failure') return 'failed'
  const named = findAction(catalog, event.action)?.icon
  if (named) return named
  const verb = event.action.slice(event.action.indexOf('.') + 1)
  return LIKE[verb] ?? (has(verb) ? verb : BY_KIND[event.kind])
}

/** The icon of a resource type: what the catalog says, else a plain box. */
export function resourceIcon(catalog: CatalogJson, type: string): string {
  return resolveResource(catalog, type).icon ?? 'box'
}

/** Draws an icon by name: the host's own, else the kit's, else a plain circle. Always beside a word, so hidden from screen readers. */
export function Icon({ name, size = 16 }: { name: string; size?: number }): ReactNode {
  const own = useActivityContext().icons[name]
  if (own !== undefined) {
    return (
      <span className="whodid-icon" aria-hidden="true">
        {own}
      </span>
    )
  }
  return (
    <svg className="whodid-icon" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" focusable="false">
      <path d={ICON_PATHS[has(name) ? name : 'other']} />
    </svg>
  )
}
