import { COMPAT_OPERATIONS } from '../compat/index.ts'
import { OPERATIONS } from '../operations/index.ts'
import type { Operation } from '../operations/operation.ts'

/** All operations with a REST route, including the compatibility routes. */
export const ROUTES: readonly Operation[] = [...OPERATIONS, ...COMPAT_OPERATIONS]
