import { catalogJson } from '../output.ts'
import { REVALIDATED } from '../response.ts'
import { nothing } from '../schema.ts'
import { defineVerb } from '../verb.ts'

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
