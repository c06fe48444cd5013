/** The key of a tenant. */
export function keyOf(tenant: string): string {
  return `bench-key-of-${tenant}-0123456789`
}

/** In the header `x-bench`: a viewer of all tenants. */
export const KEY_OF_ALL = 'bench-viewer-of-all-0123456789'
