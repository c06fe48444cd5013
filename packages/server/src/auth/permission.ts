import { type Viewer, WhodidError } from '@whodid/core'
import type { Need } from '../operations/operation.ts'

/** Nobody in particular: may do what needs nothing. */
export const NOBODY: Viewer = { id: '', name: '', tenants: [], permissions: [] }

/** Whether a viewer sees everybody's activity, not only their own. */
export function mayViewAll(viewer: Viewer): boolean {
  return viewer.permissions.includes('view:all')
}

/** Whether something is hidden from a viewer, whatever their permissions: by a filter that always holds, or masked fields. */
export function isRestricted({ filter, masked = [] }: Viewer): boolean {
  return filter !== undefined || masked.length > 0
}

/** Throws unless the viewer has what a verb needs. `refusal` says why somebody is nobody here. */
export function permit(viewer: Viewer, need: Need, refusal?: WhodidError): void {
  if (need === 'nothing') return
  if (viewer === NOBODY) {
    throw (
      refusal ??
      new WhodidError(
        'unauthenticated',
        'Nobody is signed in here: send Authorization: Bearer with a key, or whatever the host signs people in with.',
      )
    )
  }
  if (need === 'viewer' || viewer.permissions.includes(need)) return
  if (need === 'view' && mayViewAll(viewer)) return
  throw new WhodidError('forbidden', `This needs the permission ${need}, which ${viewer.name} has not been given.`)
}
