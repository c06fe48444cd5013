import { COMPAT } from './compat/index.ts'
import type { Verb } from './verb.ts'
import { VERBS } from './verbs/index.ts'

/** Everything that REST answers: each verb, and the compatibility routes that are said in terms of them. */
export const ROUTES: readonly Verb[] = [...VERBS, ...COMPAT]
