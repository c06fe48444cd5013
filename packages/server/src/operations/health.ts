import { healthOutput } from '../openapi/output.ts'
import { nothing } from '../schemas.ts'
import { defineVerb } from './operation.ts'

export const health = defineVerb({
  name: 'health',
  summary: 'Whether the service is up, and what an acknowledged event survives.',
  needs: 'nothing',
  route: { method: 'GET', path: '/health' },
  input: nothing,
  output: healthOutput,
  run: async (session) => ({ status: 'ok' as const, durability: (await session.health()).durability }),
})
