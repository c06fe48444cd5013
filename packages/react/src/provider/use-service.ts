import type { CatalogJson, Permission } from '@whodid/core'
import { useSyncExternalStore } from 'react'
import { useActivityContext } from './context.ts'
import type { LiveStatus } from './live-hub.ts'
import { trpc } from './trpc.ts'

const EMPTY_CATALOG: CatalogJson = { resources: [], actions: [], groups: [], aliases: {} }

/** Returns the host's catalog. Until it has loaded, the catalog is empty and everything gets its default label. */
export function useCatalog(): { readonly catalog: CatalogJson; readonly isReady: boolean } {
  const { data, isError } = trpc.catalog.useQuery(undefined, { staleTime: Number.POSITIVE_INFINITY })
  return { catalog: data ?? EMPTY_CATALOG, isReady: data !== undefined || isError }
}

/** Returns the viewer, null until loaded, and a function that checks a permission. */
export function useViewer() {
  const { data } = trpc.viewer.useQuery(undefined, { staleTime: 5 * 60_000 })
  return {
    viewer: data ?? null,
    can: (permission: Permission) => data?.permissions.includes(permission) ?? false,
  }
}

/** Returns the status of the live stream. */
export function useLiveStatus(): LiveStatus {
  const { liveHub } = useActivityContext()
  return useSyncExternalStore(liveHub.onStatus, liveHub.status, () => 'off')
}
