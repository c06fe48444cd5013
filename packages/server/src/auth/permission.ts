import { type Viewer, WhodidError } from '@whodid/core'
import type { Requirement } from '../operations/operation.ts'

/** The viewer of a request without credentials. */
export const ANONYMOUS_VIEWER: Viewer = { id: '', name: '', tenants: [], permissions: [] }

/** Checks if a viewer sees the activity of everyone in the tenant. */
export function canViewAll(viewer: Viewer): boolean {
  return viewer.permissions.includes('view:all')
}

/** Checks if a filter or masked fields hide anything from a viewer, whatever their permissions. */
export function isRestricted({ filter, masked = [] }: Viewer): boolean {
  return filter !== undefined || masked.length > 0
}

/** Throws unless the viewer meets the requirement of an operation. An anonymous viewer gets `rejection` when there is one. */
export function requirePermission(viewer: Viewer, requirement: Requirement, rejection?: WhodidError): void {
  if (requirement === 'nothing') return
  if (viewer === ANONYMOUS_VIEWER) {
    throw (
      rejection ??
      new WhodidError(
        'unauthenticated',
        'Sign in first: send `Authorization: Bearer <key>`, or the credentials of the host app, such as its session cookie.',
      )
    )
  }
  if (requirement === 'viewer' || viewer.permissions.includes(requirement)) return
  if (requirement === 'view' && canViewAll(viewer)) return
  throw new WhodidError(
    'forbidden',
    `Permission denied: ${viewer.name} does not have the \`${requirement}\` permission.`,
  )
}
