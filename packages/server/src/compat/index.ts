import type { Operation } from '../operations/operation.ts'
import { archive, markSeen } from './inbox.ts'
import { activity, auditLogs, userLogs } from './lists.ts'

/**
 * Routes whose paths, parameters and answers are those of other products' documentation, so that programs written against it
 * run here. Each is said in terms of a verb of ours; tRPC has none of them.
 */
export const COMPAT_OPERATIONS: readonly Operation[] = [activity, markSeen, archive, auditLogs, userLogs]
