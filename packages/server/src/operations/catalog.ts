import { REVALIDATED } from '../http/response.ts'
import { catalogJson } from '../openapi/output.ts'
import { nothing } from '../schemas.ts'
import { defineVerb } from './operation.ts'

export const catalog = defineVerb({
  name: 'catalog',
  summary: 'Read the labels, icons, groups and sentences of every action.',
  needs: 'view',
  route: { method: 'GET', path: '/api/v1/catalog' },
  input: nothing,
  output: catalogJson,
  headers: () => REVALIDATED,
  run: async (session) => session.catalog,
})
