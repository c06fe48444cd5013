import { REVALIDATE_HEADERS } from '../http/response.ts'
import { catalogOutput } from '../openapi/output.ts'
import { noInput } from '../schemas.ts'
import { defineOperation } from './operation.ts'

export const catalog = defineOperation({
  name: 'catalog',
  summary: 'Read the labels, icons, groups and sentences of every action.',
  requires: 'view',
  route: { method: 'GET', path: '/api/v1/catalog' },
  input: noInput,
  output: catalogOutput,
  headers: () => REVALIDATE_HEADERS,
  run: async (session) => session.catalog,
})
