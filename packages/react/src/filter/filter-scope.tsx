import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useState,
} from 'react'
import type { ActivityFilter } from './filter-state.ts'
import { readUrlFilter, writeUrlFilter } from './url-filter.ts'

/** A filter and functions to change it. */
export interface FilterScope {
  readonly filter: ActivityFilter
  setFilter(next: ActivityFilter): void
  /** True while the search text is invalid and lists show the results of the last valid one. */
  readonly isSearchInvalid: boolean
  setSearchInvalid(isInvalid: boolean): void
}

interface SharedScope extends FilterScope {
  /** True for an `<ActivityFilterScope>` inside the provider's own scope. */
  readonly isNested: boolean
  /** True while an `<ActivityFilters>` is in this scope, so that lists hide their own bars. */
  readonly hasBar: boolean
  /** Registers an `<ActivityFilters>`. Returns a function that unregisters it. */
  registerBar(): () => void
}

const ScopeContext = createContext<SharedScope | null>(null)

// Layout effects warn during server rendering.
const useIsomorphicLayoutEffect = typeof document === 'undefined' ? useEffect : useLayoutEffect

/** Stores a filter. With `urlSync`, reads it from and writes it to the page URL. */
function useFilterStore(options: {
  defaultFilter?: ActivityFilter | undefined
  urlSync?: boolean | undefined
}): FilterScope {
  const { defaultFilter, urlSync = false } = options
  const [filter, setState] = useState<ActivityFilter>(() => {
    const urlFilter = urlSync && typeof location !== 'undefined' ? readUrlFilter(location.search) : {}
    return Object.keys(urlFilter).length > 0 ? urlFilter : (defaultFilter ?? {})
  })

  const [isSearchInvalid, setSearchInvalid] = useState(false)

  useEffect(() => {
    if (!urlSync) return
    const follow = () => setState(readUrlFilter(location.search))
    addEventListener('popstate', follow)
    return () => removeEventListener('popstate', follow)
  }, [urlSync])

  const setFilter = useCallback(
    (next: ActivityFilter) => {
      setState(next)
      if (urlSync)
        history.replaceState(
          history.state,
          '',
          location.pathname + writeUrlFilter(location.search, next) + location.hash,
        )
    },
    [urlSync],
  )
  return useMemo(() => ({ filter, setFilter, isSearchInvalid, setSearchInvalid }), [filter, setFilter, isSearchInvalid])
}

/** Props of `ActivityFilterScope`. */
export interface ActivityFilterScopeProps {
  /** Initial filter. */
  readonly defaultFilter?: ActivityFilter | undefined
  /** Syncs the filter with the page URL. @default false */
  readonly urlSync?: boolean | undefined
  readonly children?: ReactNode
}

/**
 * Gives the components inside one shared filter, separate from the provider's. Lists follow it even without an
 * `<ActivityFilters>`, so a search survives switching tabs.
 *
 * @example
 * <ActivityFilterScope urlSync>{tab === 'feed' ? <ActivityFeed /> : <ActivityTable />}</ActivityFilterScope>
 */
export function ActivityFilterScope({ defaultFilter, urlSync, children }: ActivityFilterScopeProps): ReactNode {
  // The outermost scope is the provider's.
  const isNested = useContext(ScopeContext) !== null
  const store = useFilterStore({ defaultFilter, urlSync })
  const [bars, setBars] = useState(0)
  const registerBar = useCallback(() => {
    setBars((count) => count + 1)
    return () => setBars((count) => count - 1)
  }, [])
  const scope = useMemo(
    () => ({ ...store, isNested, hasBar: bars > 0, registerBar }),
    [store, isNested, bars, registerBar],
  )
  return <ScopeContext.Provider value={scope}>{children}</ScopeContext.Provider>
}

/** Returns the enclosing scope. */
export function useSharedScope(): SharedScope {
  const scope = useContext(ScopeContext)
  if (scope === null) {
    throw new Error(
      '@whodid/react: filters must be inside <ActivityProvider>. Wrap your app or page in <ActivityProvider url="/activity">.',
    )
  }
  return scope
}

/** Registers a filter bar in the enclosing scope. */
export function useRegisterFilterBar(isShared: boolean): void {
  const { registerBar } = useSharedScope()
  useIsomorphicLayoutEffect(() => (isShared ? registerBar() : undefined), [isShared, registerBar])
}

/**
 * Returns the filter of a list: the shared one inside an `<ActivityFilterScope>` or next to an `<ActivityFilters>`, or else its
 * own. `hasOwnBar` is true if the list shows a bar.
 */
export function useListScope(options: {
  filters?: boolean | undefined
  defaultFilter?: ActivityFilter | undefined
  urlSync?: boolean | undefined
}): FilterScope & { readonly hasOwnBar: boolean } {
  const shared = useSharedScope()
  const own = useFilterStore(options)
  const hasOwnBar = options.filters ?? !shared.hasBar
  const isShared = !hasOwnBar || (options.filters === undefined && shared.isNested)
  return { ...(isShared ? shared : own), hasOwnBar }
}
