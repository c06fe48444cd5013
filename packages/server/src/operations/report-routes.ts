import { z } from 'zod'
import { appRoutesSchema } from '../app-routes.ts'
import { routesStoredOutput } from '../openapi/schemas/service.ts'
import { defineOperation } from './operation.ts'

export const reportRoutes = defineOperation({
  name: 'routes.report',
  summary: 'Report up to 1,000 routes of the app',
  description:
    'Stores the routes of the app and the action of each, for all tenants. Reporting a route again updates its action. Up to 10,000 routes are stored, and further new ones are ignored.',
  requires: 'ingest',
  route: { method: 'POST', path: '/api/v1/routes' },
  input: z.strictObject({ routes: appRoutesSchema.max(1000) }),
  output: routesStoredOutput,
  run: (session, input) => session.reportRoutes(input.routes),
})
