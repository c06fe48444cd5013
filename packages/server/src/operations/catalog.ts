import { REVALIDATE_HEADERS } from '../http/response.ts'
import { catalogOutput } from '../openapi/schemas/service.ts'
import { noInput } from '../schemas.ts'
import { defineOperation } from './operation.ts'

export const catalog = defineOperation({
  name: 'catalog',
  summary: 'Retrieve the catalog',
  description: 'Returns the labels, icons, groups and sentences of all resource types and actions.',
  requires: 'view',
  route: { method: 'GET', path: '/api/v1/catalog' },
  input: noInput,
  output: catalogOutput,
  headers: () => REVALIDATE_HEADERS,
  run: async (session) => session.catalog,
})
