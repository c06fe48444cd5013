import { WhodidError } from '@whodid/core'
import { isEventId } from '@whodid/core/event'
import { z } from 'zod'
import { eventOutput } from '../openapi/schemas/events.ts'
import { tenant, text } from '../schemas.ts'
import { defineOperation } from './operation.ts'

export const get = defineOperation({
  name: 'get',
  summary: 'Retrieve an event',
  requires: 'view',
  route: { method: 'GET', path: '/api/v1/events/{id}' },
  input: z.strictObject({ id: text(255).describe('The id of the event.'), tenant }),
  output: eventOutput,
  run: async (session, input) => {
    const reader = session.reader(input.tenant)
    const event = isEventId(input.id) ? await reader.get(input.id) : null
    if (event) return event
    throw new WhodidError(
      'not_found',
      `Event ${JSON.stringify(input.id)} not found: check the id, and select its tenant with tenant=….`,
    )
  },
})
