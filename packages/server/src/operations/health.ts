import { healthOutput } from '../openapi/output.ts'
import { noInput } from '../schemas.ts'
import { defineOperation } from './operation.ts'

export const health = defineOperation({
  name: 'health',
  summary: 'Whether the service is up, and what an acknowledged event survives.',
  requires: 'nothing',
  route: { method: 'GET', path: '/health' },
  input: noInput,
  output: healthOutput,
  run: async (session) => ({ status: 'ok' as const, durability: (await session.health()).durability }),
})
