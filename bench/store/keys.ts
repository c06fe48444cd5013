/** Returns a tenant's API key. */
export function getTenantKey(tenant: string): string {
  return `bench-key-of-${tenant}-0123456789`
}

/** The value of the header `x-bench` for a viewer of all tenants. */
export const ALL_TENANTS_KEY = 'bench-viewer-of-all-0123456789'
