import { viewerOutput } from '../openapi/output.ts'
import { noInput } from '../schemas.ts'
import { defineOperation } from './operation.ts'

export const viewer = defineOperation({
  name: 'viewer',
  summary: 'Read who is asking, and what they may do.',
  requires: 'viewer',
  route: { method: 'GET', path: '/api/v1/viewer' },
  input: noInput,
  output: viewerOutput,
  run: async ({ viewer }) => ({
    id: viewer.id,
    name: viewer.name,
    tenants: viewer.tenants,
    permissions: viewer.permissions,
  }),
})
