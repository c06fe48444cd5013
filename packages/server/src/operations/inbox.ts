import { filterSchema, type InboxChange } from '@whodid/core'
import { z } from 'zod'
import { inboxChangeOutput, inboxCountOutput } from '../openapi/output.ts'
import { eventId, tenant } from '../schemas.ts'
import { defineOperation } from './operation.ts'

export const inboxCount = defineOperation({
  name: 'inbox.count',
  summary: 'Count the unread events, up to 10,000.',
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
  { error: 'must be { ids } with 1 to 1,000 ids of events, or { all: true } with an optional filter' },
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

export const inboxSeen = defineInboxOperation('seen', 'seen', 'Mark events seen.')
export const inboxUnseen = defineInboxOperation('unseen', 'unseen', 'Mark events unread again.')
export const inboxArchive = defineInboxOperation('archive', 'archived', 'Move events to the archive.')
export const inboxUnarchive = defineInboxOperation('unarchive', 'unarchived', 'Move events back from the archive.')
