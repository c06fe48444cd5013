import { COMPAT } from '../compat/index.ts'
import { VERBS } from '../operations/index.ts'
import type { Verb } from '../operations/operation.ts'

/** Everything that REST answers: each verb, and the compatibility routes that are said in terms of them. */
export const ROUTES: readonly Verb[] = [...VERBS, ...COMPAT]
