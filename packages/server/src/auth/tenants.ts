import { WhodidError } from '@whodid/core'
import type { Caller } from './caller.ts'

/** The `tenant` parameter that means all tenants of the viewer. */
export const ALL_TENANTS = '*'

/** Resolves the `tenant` parameter: one tenant, `*` for all of the viewer's, or the viewer's first. */
export function resolveTenants({ viewer, allTenants }: Caller, requested: string | undefined): readonly string[] {
  if (allTenants) {
    if (requested !== undefined && requested !== ALL_TENANTS) return [requested]
    throw new WhodidError(
      'tenant_required',
      'Tenant required: a key for all tenants reads one tenant at a time. Name it with `tenant=<id>`.',
    )
  }
  const [first] = viewer.tenants
  if (first === undefined) {
    throw new WhodidError(
      'forbidden',
      `Permission denied: ${viewer.name} belongs to no tenant. Return at least one tenant from \`authorize\`.`,
    )
  }
  if (requested === undefined) return [first]
  if (requested === ALL_TENANTS) return [...new Set(viewer.tenants)]
  if (viewer.tenants.includes(requested)) return [requested]
  throw new WhodidError(
    'forbidden',
    `Permission denied: ${viewer.name} does not belong to the tenant ${JSON.stringify(requested)}. Use one of their tenants, or \`*\` for all of them.`,
  )
}

/** Resolves the `tenant` parameter of an operation on one tenant. Throws `tenant_required` for several. */
export function resolveSingleTenant(caller: Caller, requested: string | undefined): string {
  const [tenantId, ...others] = resolveTenants(caller, requested)
  if (tenantId !== undefined && others.length === 0) return tenantId
  throw new WhodidError(
    'tenant_required',
    'Tenant required: this works on one tenant at a time. Name it with `tenant=<id>`.',
  )
}
