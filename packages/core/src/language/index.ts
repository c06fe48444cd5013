/** English words and verbs, and the verbs of signing in. */

export { getVerbKind, toBaseForm, toPastTense } from './verbs.ts'
export { AUTH_CATEGORIES, LOGIN_FAILED_VERBS, LOGIN_VERBS } from './word-lists.ts'
export { splitWords } from './words.ts'
