import { WhodidError } from '@whodid/core'
import { z } from 'zod'
import { canViewAll } from '../auth/permission.ts'
import { listOutput } from '../openapi/output.ts'
import { pickFilter, listFields, text } from '../schemas.ts'
import { readList } from './list.ts'
import { defineOperation } from './operation.ts'

const { actor: _actor, actorName: _actorName, ...fields } = listFields

export const userActivity = defineOperation({
  name: 'userActivity',
  summary: 'List what one user did.',
  requires: 'view',
  route: { method: 'GET', path: '/api/v1/users/{userId}/activity' },
  input: z.strictObject({ userId: text(1024).describe('The id of the user.'), ...fields }),
  output: listOutput,
  run: async (session, { userId, ...input }) => {
    if (userId !== session.viewer.id && !canViewAll(session.viewer)) {
      throw new WhodidError(
        'forbidden',
        "The activity of others needs the permission view:all, which this viewer has not: ask for one's own id.",
      )
    }
    return readList(session, input, { ...pickFilter(input), actor: [userId] })
  },
})
