/** Everything of the browser's entry, and what needs a validator, a canonicaliser or a hash. */

export * from './browser.ts'
export { filterSchema } from './filter/schema.ts'
export { AUTH_CATEGORIES, LOGIN_FAILED_VERBS, LOGIN_VERBS } from './language/auth-verbs.ts'
export { canonicalBytes, createDisclosure, hashDisclosure, hashLeaf, sha256 } from './seal/canonical.ts'
export type { EraseOptions } from './seal/erase.ts'
export { erasePersonFromEvent } from './seal/erase.ts'
export { newEventSchema, parseEvent } from './seal/parse.ts'
export type { PrepareOptions } from './seal/prepare.ts'
export { prepareEvent } from './seal/prepare.ts'
