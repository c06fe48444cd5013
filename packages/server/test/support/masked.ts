import type { Catalog } from '@whodid/core'
import { openService, type TestService } from './acme.ts'
import { type Api, createRestApi, createTrpcApi } from './api.ts'

/** A service whose viewer has the masked fields that each request names. */
export interface MaskedService {
  readonly service: TestService
  /** Returns REST and tRPC with these fields masked. */
  apis(masked: string): readonly Api[]
  /** Returns the text of a GET below the mount path with these fields masked. */
  text(path: string, masked: string): Promise<string>
}

export async function openMaskedService(catalog: Catalog): Promise<MaskedService> {
  const service = await openService({
    catalog,
    authorize: (request) => ({
      id: 'ada',
      name: 'Ada',
      tenants: ['acme'],
      permissions: ['view', 'view:all', 'export', 'admin'],
      masked: request.headers.get('x-masked')?.split(','),
    }),
  })
  const base = 'http://localhost/activity'
  const fetch = async (input: string | URL | Request, init?: RequestInit) => {
    const response = await service.fetch(new Request(input, init), { basePath: '/activity' })
    if (!response) throw new Error(`${input} is not a path of the service.`)
    return response
  }
  return {
    service,
    apis: (masked) => [createRestApi, createTrpcApi].map((api) => api(base, fetch, { 'x-masked': masked })),
    text: async (path, masked) => (await fetch(`${base}${path}`, { headers: { 'x-masked': masked } })).text(),
  }
}
