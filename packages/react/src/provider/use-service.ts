import type { CatalogJson, Permission } from '@whodid/core/browser'
import { useSyncExternalStore } from 'react'
import { useActivityContext } from './context.ts'
import type { LiveStatus } from './live-hub.ts'
import { trpc } from './trpc.ts'

const EMPTY: CatalogJson = { resources: [], actions: [], groups: [], aliases: {} }

/** The host's catalog, and whether it has come; until then an empty one, with which everything gets its default label. */
export function useCatalog(): { readonly catalog: CatalogJson; readonly ready: boolean } {
  const { data, isError } = trpc.catalog.useQuery(undefined, { staleTime: Number.POSITIVE_INFINITY })
  return { catalog: data ?? EMPTY, ready: data !== undefined || isError }
}

/** Who is looking, once it is known, and a test of what they may do. */
export function useViewer() {
  const { data } = trpc.viewer.useQuery(undefined, { staleTime: 5 * 60_000 })
  return {
    viewer: data ?? null,
    may: (permission: Permission) => data?.permissions.includes(permission) ?? false,
  }
}

/** Whether new events arrive by themselves. */
export function useLiveStatus(): LiveStatus {
  const { live } = useActivityContext()
  return useSyncExternalStore(live.onStatus, live.status, () => 'off')
}
