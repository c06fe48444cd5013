import { filterSchema } from '@whodid/core'
import { z } from 'zod'
import { eventOutput } from '../openapi/output.ts'
import { STREAM_POSITION_PATTERN } from '../read/stream-position.ts'
import { tenant } from '../schemas.ts'
import { recordSubjectAccess } from './list.ts'
import { defineOperation } from './operation.ts'

const lastEventId = z
  .string()
  .max(8_192)
  .regex(STREAM_POSITION_PATTERN, 'must be the seq of an event, or an id that a stream over all tenants gave')
  .optional()
  .describe(
    'Begin after the event with this seq, or over all tenants with this id. With the next new event when absent.',
  )

export const follow = defineOperation({
  name: 'follow',
  summary: 'Follow events as they are stored.',
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
