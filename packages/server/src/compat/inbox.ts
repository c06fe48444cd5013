import { z } from 'zod'
import { inboxChangeOutput } from '../openapi/output.ts'
import { inboxArchive, inboxSeen } from '../operations/inbox.ts'
import { defineVerb } from '../operations/operation.ts'
import { tenant } from '../schemas.ts'

const everything = z.strictObject({ tenant }).transform((named) => ({ all: true as const, ...named }))
const input = z.union([everything, inboxSeen.input], {
  error: 'must be nothing for everything in the inbox, or { ids } with 1 to 1,000 ids of events',
})

export const markSeen = defineVerb({
  name: 'compat.markSeen',
  summary: 'Mark events seen: those named, or everything in the inbox.',
  needs: 'view',
  route: { method: 'POST', path: '/api/activity/mark-seen', mayBeEmpty: true },
  input,
  output: inboxChangeOutput,
  run: (session, input) => inboxSeen.run(session, input),
})

export const archive = defineVerb({
  name: 'compat.archive',
  summary: 'Move events to the archive: those named, or everything in the inbox.',
  needs: 'view',
  route: { method: 'POST', path: '/api/activity/archive', mayBeEmpty: true },
  input,
  output: inboxChangeOutput,
  run: (session, input) => inboxArchive.run(session, input),
})
