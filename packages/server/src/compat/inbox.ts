import { z } from 'zod'
import { inboxChangeOutput } from '../openapi/schemas/events.ts'
import { inboxArchive, inboxSeen } from '../operations/inbox.ts'
import { defineOperation } from '../operations/operation.ts'
import { tenant } from '../schemas.ts'

const everythingInput = z.strictObject({ tenant }).transform((named) => ({ all: true as const, ...named }))
const input = z.union([everythingInput, inboxSeen.input], {
  error: 'must be empty for the whole inbox, or { ids } with 1 to 1,000 event ids',
})

export const markSeen = defineOperation({
  name: 'compat.markSeen',
  summary: 'Mark activity as seen',
  description: 'Marks the events in ids as seen, or the whole inbox if the body is empty.',
  requires: 'view',
  route: { method: 'POST', path: '/api/activity/mark-seen', isBodyOptional: true },
  input,
  output: inboxChangeOutput,
  run: (session, input) => inboxSeen.run(session, input),
})

export const archive = defineOperation({
  name: 'compat.archive',
  summary: 'Archive activity',
  description: 'Archives the events in ids, or the whole inbox if the body is empty.',
  requires: 'view',
  route: { method: 'POST', path: '/api/activity/archive', isBodyOptional: true },
  input,
  output: inboxChangeOutput,
  run: (session, input) => inboxArchive.run(session, input),
})
