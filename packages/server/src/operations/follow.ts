import { filterSchema } from '@whodid/core/filter'
import { z } from 'zod'
import { eventOutput } from '../openapi/schemas/events.ts'
import { STREAM_POSITION_PATTERN } from '../read/stream-position.ts'
import { tenant } from '../schemas.ts'
import { recordSubjectAccess } from './list.ts'
import { defineOperation } from './operation.ts'

const lastEventId = z
  .string()
  .max(8_192)
  .regex(STREAM_POSITION_PATTERN, 'must be the seq of an event, or an id from a stream over all tenants')
  .optional()
  .describe(
    'The seq of the event to start after, or the id from a stream over all tenants. Defaults to the newest event.',
  )

export const follow = defineOperation({
  name: 'follow',
  summary: 'Stream new events',
  description:
    'Server-sent events: each new event that matches the filter, as it is stored. Reconnect with Last-Event-ID to resume.',
  requires: 'view',
  route: { method: 'GET', path: '/api/v1/stream', parameterNames: { lastEventId: 'after' } },
  input: z.strictObject({ filter: filterSchema.optional(), tenant, lastEventId }),
  output: eventOutput,
  responseType: 'events',
  run: async (session, input) => {
    const reader = session.reader(input.tenant)
    const filter = input.filter ?? {}
    const events = await reader.follow(filter, input.lastEventId, session.signal)
    await recordSubjectAccess(session, reader, filter)
    return events
  },
})
