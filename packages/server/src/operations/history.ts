import { z } from 'zod'
import { listOutput } from '../openapi/schemas/events.ts'
import { listFields, pickFilter, text } from '../schemas.ts'
import { readList } from './list.ts'
import { defineOperation } from './operation.ts'

const { resourceType: _type, resourceId: _id, ...fields } = listFields

export const history = defineOperation({
  name: 'history',
  summary: 'List the history of a resource',
  description: 'Returns the events of one resource, newest first.',
  requires: 'view',
  route: { method: 'GET', path: '/api/v1/resources/{type}/{id}/history' },
  input: z.strictObject({
    type: text(255).describe('The type of the resource.'),
    id: text(1024).describe('The id of the resource.'),
    ...fields,
  }),
  output: listOutput,
  run: (session, { type, id, ...input }) =>
    readList(session, input, { ...pickFilter(input), resourceType: [type], resourceId: [id] }),
})
