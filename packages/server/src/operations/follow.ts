import { filterSchema } from '@whodid/core'
import { z } from 'zod'
import { storedEvent } from '../openapi/output.ts'
import { PLACES_ID } from '../read/stream-position.ts'
import { tenant } from '../schemas.ts'
import { witnessSubject } from './list.ts'
import { defineVerb } from './operation.ts'

const lastEventId = z
  .string()
  .max(8_192)
  .regex(PLACES_ID, 'must be the seq of an event, or an id that a stream over all tenants gave')
  .optional()
  .describe(
    'Begin after the event with this seq, or over all tenants with this id. With the next new event when absent.',
  )

export const follow = defineVerb({
  name: 'follow',
  summary: 'Follow events as they are stored.',
  needs: 'view',
  route: { method: 'GET', path: '/api/v1/stream', renamed: { lastEventId: 'after' } },
  input: z.strictObject({ filter: filterSchema.optional(), tenant, lastEventId }),
  output: storedEvent,
  answers: 'events',
  run: async (session, input) => {
    const reader = session.reader(input.tenant)
    const filter = input.filter ?? {}
    const events = await reader.follow(filter, input.lastEventId, session.signal)
    await witnessSubject(session, reader, filter)
    return events
  },
})
