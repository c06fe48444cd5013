/** Validation, canonical bytes, hashes and erasure of events. */

export { hashLeaf, sha256, toCanonicalBytes } from './canonical.ts'
export type { EraseOptions } from './erase.ts'
export { erasePersonFromEvent } from './erase.ts'
export { newEventSchema, parseEvent } from './parse.ts'
export type { PrepareOptions } from './prepare.ts'
export { prepareEvent } from './prepare.ts'
