import { append } from './append.ts'
import { catalog } from './catalog.ts'
import { exportEvents } from './export.ts'
import { facets } from './facets.ts'
import { follow } from './follow.ts'
import { get } from './get.ts'
import { health } from './health.ts'
import { history } from './history.ts'
import { inboxArchive, inboxCount, inboxSeen, inboxUnarchive, inboxUnseen } from './inbox.ts'
import { createKey, listKeys, revokeKey } from './keys.ts'
import { list } from './list.ts'
import type { Operation } from './operation.ts'
import { erasePerson, exportPerson } from './people.ts'
import { reportRoutes } from './report-routes.ts'
import { getRetention, previewRetention, setRetention } from './retention.ts'
import { revokeTokens } from './revoke-tokens.ts'
import { stats } from './stats.ts'
import { userActivity } from './user-activity.ts'
import { viewer } from './viewer.ts'

/** All operations of the service. */
export const OPERATIONS: readonly Operation[] = [
  list,
  append,
  exportEvents,
  get,
  userActivity,
  history,
  inboxCount,
  inboxSeen,
  inboxUnseen,
  inboxArchive,
  inboxUnarchive,
  catalog,
  facets,
  viewer,
  follow,
  health,
  reportRoutes,
  listKeys,
  createKey,
  revokeKey,
  revokeTokens,
  stats,
  getRetention,
  setRetention,
  previewRetention,
  exportPerson,
  erasePerson,
]

export {
  append,
  catalog,
  createKey,
  erasePerson,
  exportEvents,
  exportPerson,
  facets,
  follow,
  get,
  getRetention,
  health,
  history,
  inboxArchive,
  inboxCount,
  inboxSeen,
  inboxUnarchive,
  inboxUnseen,
  list,
  listKeys,
  previewRetention,
  reportRoutes,
  revokeKey,
  revokeTokens,
  setRetention,
  stats,
  userActivity,
  viewer,
}
