import type { Change, Json } from './event.ts'

/** Creates a change. A value that is undefined is left out. */
export function createChange(path: string, from: Json | undefined, to: Json | undefined): Change {
  if (from === undefined) return to === undefined ? { path } : { path, to }
  return to === undefined ? { path, from } : { path, from, to }
}
