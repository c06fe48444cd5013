import { viewerOutput } from '../openapi/output.ts'
import { nothing } from '../schemas.ts'
import { defineVerb } from './operation.ts'

export const viewer = defineVerb({
  name: 'viewer',
  summary: 'Read who is asking, and what they may do.',
  needs: 'viewer',
  route: { method: 'GET', path: '/api/v1/viewer' },
  input: nothing,
  output: viewerOutput,
  run: async ({ viewer }) => ({
    id: viewer.id,
    name: viewer.name,
    tenants: viewer.tenants,
    permissions: viewer.permissions,
  }),
})
