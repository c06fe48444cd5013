import { filterSchema } from '@whodid/core'
import { z } from 'zod'
import { storedEvent } from '../output.ts'
import { tenant } from '../schema.ts'
import { defineVerb } from '../verb.ts'
import { witnessSubject } from './list.ts'

const seq = z
  .string()
  .regex(/^\d{1,15}$/, 'must be the seq of an event, a whole number')
  .optional()
  .describe('Begin after the event with this seq. With the next new event when absent.')

export const follow = defineVerb({
  name: 'follow',
  summary: 'Follow the events of one tenant as they are stored.',
  needs: 'view',
  route: { method: 'GET', path: '/api/v1/stream', renamed: { lastEventId: 'after' } },
  input: z.strictObject({ filter: filterSchema.optional(), tenant, lastEventId: seq }),
  output: storedEvent,
  answers: 'events',
  run: async (session, input) => {
    const reader = session.reader(input.tenant)
    const filter = input.filter ?? {}
    const events = reader.follow(
      filter,
      input.lastEventId === undefined ? 'now' : Number(input.lastEventId),
      session.signal,
    )
    await witnessSubject(session, reader, filter)
    return events
  },
})
