import { WhodidError } from '@whodid/core'
import { z } from 'zod'
import { canViewAll } from '../auth/permission.ts'
import { listOutput } from '../openapi/schemas/events.ts'
import { listFields, pickFilter, text } from '../schemas.ts'
import { readList } from './list.ts'
import { defineOperation } from './operation.ts'

const { actor: _actor, actorName: _actorName, ...fields } = listFields

export const userActivity = defineOperation({
  name: 'userActivity',
  summary: 'List the activity of a user',
  description: 'Returns the events of one actor, newest first. Requires view:all for the activity of other users.',
  requires: 'view',
  route: { method: 'GET', path: '/api/v1/users/{userId}/activity' },
  input: z.strictObject({ userId: text(1024).describe('The id of the user.'), ...fields }),
  output: listOutput,
  run: async (session, { userId, ...input }) => {
    if (userId !== session.viewer.id && !canViewAll(session.viewer)) {
      throw new WhodidError(
        'forbidden',
        "The activity of other users requires the permission view:all: use the viewer's own id.",
      )
    }
    return readList(session, input, { ...pickFilter(input), actor: [userId] })
  },
})
