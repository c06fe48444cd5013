/** English words and verbs, and the verbs of signing in. */

export { AUTH_CATEGORIES, LOGIN_FAILED_VERBS, LOGIN_VERBS } from './auth-verbs.ts'
export { getVerbKind, toBaseForm, toPastTense } from './verbs.ts'
export { splitWords } from './words.ts'
