import { COMPAT_OPERATIONS } from '../compat/index.ts'
import { OPERATIONS } from '../operations/index.ts'
import type { Operation } from '../operations/operation.ts'

/** Everything that REST answers: each verb, and the compatibility routes that are said in terms of them. */
export const ROUTES: readonly Operation[] = [...OPERATIONS, ...COMPAT_OPERATIONS]
