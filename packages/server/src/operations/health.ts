import { healthOutput } from '../openapi/schemas/service.ts'
import { noInput } from '../schemas.ts'
import { defineOperation } from './operation.ts'

export const health = defineOperation({
  name: 'health',
  summary: 'Check the health of the service',
  description: 'Returns the status and the durability of acknowledged events.',
  requires: 'nothing',
  route: { method: 'GET', path: '/health' },
  input: noInput,
  output: healthOutput,
  run: async (session) => ({ status: 'ok' as const, durability: (await session.health()).durability }),
})
