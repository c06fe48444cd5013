import { isEventId, WhodidError } from '@whodid/core'
import { z } from 'zod'
import { storedEvent } from '../openapi/output.ts'
import { tenant, text } from '../schemas.ts'
import { defineVerb } from './operation.ts'

export const get = defineVerb({
  name: 'get',
  summary: 'Read one event.',
  needs: 'view',
  route: { method: 'GET', path: '/api/v1/events/{id}' },
  input: z.strictObject({ id: text(255).describe('The id of the event.'), tenant }),
  output: storedEvent,
  run: async (session, input) => {
    const reader = session.reader(input.tenant)
    const event = isEventId(input.id) ? await reader.get(input.id) : null
    if (event) return event
    throw new WhodidError(
      'not_found',
      `No event ${JSON.stringify(input.id)} is to be seen here: check the id, and give its tenant with tenant=….`,
    )
  },
})
