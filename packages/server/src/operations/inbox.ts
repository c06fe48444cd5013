import type { InboxChange } from '@whodid/core'
import { filterSchema } from '@whodid/core/filter'
import { z } from 'zod'
import { inboxChangeOutput, inboxCountOutput } from '../openapi/schemas/events.ts'
import { eventId, tenant } from '../schemas.ts'
import { defineOperation } from './operation.ts'

export const inboxCount = defineOperation({
  name: 'inbox.count',
  summary: 'Count unread events',
  description: 'Counts up to 10,000 events. The inbox belongs to the viewer, and a key has its own.',
  requires: 'view',
  route: { method: 'GET', path: '/api/v1/inbox/count' },
  input: z.strictObject({ tenant }).optional(),
  output: inboxCountOutput,
  run: async (session, input) => {
    const { value, exact } = await session.reader(input?.tenant).count({ inbox: 'unread' })
    return { unread: value, exact }
  },
})

const selection = z.union(
  [
    z.strictObject({ ids: z.array(eventId).min(1).max(1000), tenant }),
    z.strictObject({ all: z.literal(true), filter: filterSchema.optional(), tenant }),
  ],
  { error: 'must be { ids } with 1 to 1,000 event ids, or { all: true } with an optional filter' },
)

function defineInboxOperation(name: string, to: InboxChange['to'], summary: string) {
  return defineOperation({
    name: `inbox.${name}`,
    summary,
    requires: 'view',
    route: { method: 'POST', path: `/api/v1/inbox/${name}` },
    input: selection,
    output: inboxChangeOutput,
    run: async (session, input) => {
      const reader = session.reader(input.tenant)
      return 'ids' in input
        ? reader.changeInbox({ to, which: { ids: input.ids } })
        : reader.changeInbox({ to, which: { all: true, filter: input.filter ?? {} } })
    },
  })
}

export const inboxSeen = defineInboxOperation('seen', 'seen', 'Mark events as seen')
export const inboxUnseen = defineInboxOperation('unseen', 'unseen', 'Mark events as unread')
export const inboxArchive = defineInboxOperation('archive', 'archived', 'Archive events')
export const inboxUnarchive = defineInboxOperation('unarchive', 'unarchived', 'Unarchive events')
