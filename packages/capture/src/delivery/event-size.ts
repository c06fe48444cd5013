import type { NewEvent } from '@whodid/core'

// What actor, context, ids and the names of all fields come to.
const FRAME = 900

/** About how many bytes an event takes as JSON: cheap, and never far below the truth for text in ASCII. */
export function sizeOf(event: NewEvent): number {
  let size = FRAME + (event.description?.length ?? 0) + (event.resource.name?.length ?? 0)
  if (event.changes !== undefined)
    for (const change of event.changes) size += 24 + change.path.length + weigh(change.from) + weigh(change.to)
  if (event.metadata !== undefined) size += weigh(event.metadata)
  return size
}

function weigh(value: unknown): number {
  if (typeof value === 'string') return value.length + 2
  if (typeof value !== 'object' || value === null) return 8
  let size = 2
  if (Array.isArray(value)) {
    for (const item of value) size += 1 + weigh(item)
    return size
  }
  for (const [key, item] of Object.entries(value)) size += key.length + 4 + weigh(item)
  return size
}
