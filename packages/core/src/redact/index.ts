/** Redaction of changes, and JSON pointers. */

export { formatPointer, parsePointer, redactChanges } from './redact.ts'
