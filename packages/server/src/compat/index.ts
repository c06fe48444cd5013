import type { Operation } from '../operations/operation.ts'
import { archive, markSeen } from './inbox.ts'
import { activity, auditLogs, userLogs } from './lists.ts'

/**
 * Compatibility routes with the paths, parameters and responses of other products, so that existing clients work unchanged.
 * Each runs another operation. They are not available over tRPC.
 */
export const COMPAT_OPERATIONS: readonly Operation[] = [activity, markSeen, archive, auditLogs, userLogs]
