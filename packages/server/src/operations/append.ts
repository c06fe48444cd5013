import { type NewEvent, newEventSchema, WhodidError } from '@whodid/core'
import { z } from 'zod'
import { appendOutput } from '../openapi/output.ts'
import { defineOperation } from './operation.ts'

const MAX_BATCH_EVENTS = 1000

/** What a batch is documented to be. Its events are checked one by one as they are stored, so that a bad one is alone. */
const batchSchema = z.custom<NewEvent | readonly NewEvent[]>((value) => typeof value === 'object' && value !== null, {
  error: 'must be an event, or an array of events',
})

export const append = defineOperation({
  name: 'append',
  summary: 'Store one event, or an array of up to 1,000. Each gets its own result.',
  requires: 'ingest',
  route: { method: 'POST', path: '/api/v1/events', body: z.union([newEventSchema, z.array(newEventSchema).max(MAX_BATCH_EVENTS)]) },
  input: batchSchema,
  output: appendOutput,
  run: async (session, input) => {
    const events = isBatch(input) ? input : [input]
    if (events.length > MAX_BATCH_EVENTS) {
      throw new WhodidError(
        'payload_too_large',
        `A batch holds at most 1,000 events and this one has ${events.length}: send it in parts.`,
      )
    }
    return { results: await session.append(events) }
  },
})

function isBatch(input: NewEvent | readonly NewEvent[]): input is readonly NewEvent[] {
  return Array.isArray(input)
}
