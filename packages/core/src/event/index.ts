/** Event ids. */

export { bytesToHex, getMinId, isEventId } from './id.ts'
