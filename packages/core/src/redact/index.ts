/** Redaction of changes, and JSON pointers. */

export { diffAndRedact } from '../diff/diff.ts'
export { getMaxJsonLength } from './json-length.ts'
export { formatPointer, parsePointer } from './pointer.ts'
export { redactChanges } from './redact.ts'
export { toStorableText } from './to-json.ts'
