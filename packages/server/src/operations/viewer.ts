import { viewerOutput } from '../openapi/schemas/service.ts'
import { noInput } from '../schemas.ts'
import { defineOperation } from './operation.ts'

export const viewer = defineOperation({
  name: 'viewer',
  summary: 'Retrieve the current viewer',
  description: 'Returns the name, tenants and permissions of the caller.',
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
