import { z } from 'zod'
import { inboxChangeOutput } from '../openapi/output.ts'
import { inboxArchive, inboxSeen } from '../operations/inbox.ts'
import { defineOperation } from '../operations/operation.ts'
import { tenant } from '../schemas.ts'

const everything = z.strictObject({ tenant }).transform((named) => ({ all: true as const, ...named }))
const input = z.union([everything, inboxSeen.input], {
  error: 'must be nothing for everything in the inbox, or { ids } with 1 to 1,000 ids of events',
})

export const markSeen = defineOperation({
  name: 'compat.markSeen',
  summary: 'Mark events seen: those named, or everything in the inbox.',
  requires: 'view',
  route: { method: 'POST', path: '/api/activity/mark-seen', isBodyOptional: true },
  input,
  output: inboxChangeOutput,
  run: (session, input) => inboxSeen.run(session, input),
})

export const archive = defineOperation({
  name: 'compat.archive',
  summary: 'Move events to the archive: those named, or everything in the inbox.',
  requires: 'view',
  route: { method: 'POST', path: '/api/activity/archive', isBodyOptional: true },
  input,
  output: inboxChangeOutput,
  run: (session, input) => inboxArchive.run(session, input),
})
