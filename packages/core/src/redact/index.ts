/** Redaction of changes, and JSON pointers. */

export { diffAndRedact, getMaxJsonLength } from '../diff/diff.ts'
export { formatPointer, parsePointer, redactChanges, toStorableText } from './redact.ts'
