/** Everything of the browser's entry, and what needs a validator, a canonicaliser or a hash. */
export * from './browser.ts'
export { canonicalBytes, digestOfDisclosure, discloses, leafHashOf } from './canonical.ts'
export { filterSchema } from './filter-schema.ts'
export type { PrepareOptions } from './prepare.ts'
export { prepareEvent } from './prepare.ts'
export { newEventSchema, parseEvent } from './schema.ts'
