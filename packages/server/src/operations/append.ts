import { type NewEvent, WhodidError } from '@whodid/core'
import { newEventSchema } from '@whodid/core/seal'
import { z } from 'zod'
import { appendOutput } from '../openapi/schemas/events.ts'
import { defineOperation } from './operation.ts'

const MAX_BATCH_EVENTS = 1000

// Each event is validated when it is stored, so that one invalid event does not reject the batch.
const batchSchema = z.custom<NewEvent | readonly NewEvent[]>((value) => typeof value === 'object' && value !== null, {
  error: 'must be an event, or an array of events',
})

export const append = defineOperation({
  name: 'append',
  summary: 'Store one event, or an array of up to 1,000 events',
  description:
    'Returns one result per event, in the same order. The status is 200 even if some events are rejected. Send an id with each event to make retries safe.',
  requires: 'ingest',
  route: {
    method: 'POST',
    path: '/api/v1/events',
    body: z.union([newEventSchema, z.array(newEventSchema).max(MAX_BATCH_EVENTS)]),
  },
  input: batchSchema,
  output: appendOutput,
  run: async (session, input) => {
    const events = isBatch(input) ? input : [input]
    if (events.length > MAX_BATCH_EVENTS) {
      throw new WhodidError(
        'payload_too_large',
        `A batch contains at most 1,000 events, and this one has ${events.length}: send smaller batches.`,
      )
    }
    return { results: await session.append(events) }
  },
})

function isBatch(input: NewEvent | readonly NewEvent[]): input is readonly NewEvent[] {
  return Array.isArray(input)
}
