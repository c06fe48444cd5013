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
import { filterFromSearch, searchWithFilter } from './url-filter.ts'

/** One filter and the way to change it. */
export interface FilterScope {
  readonly filter: ActivityFilter
  setFilter(next: ActivityFilter): void
}

interface SharedScope extends FilterScope {
  /** Whether an `<ActivityFilters>` stands in this scope, so that lists follow it and draw no bar of their own. */
  readonly hasBar: boolean
  /** Says that one stands here, until the returned function is called. */
  addBar(): () => void
}

const ScopeContext = createContext<SharedScope | null>(null)

// On a server layout effects do nothing but warn.
const useBeforePaint = typeof document === 'undefined' ? useEffect : useLayoutEffect

/** Keeps a filter, in the page's address too when `urlSync` is set: going back and forth changes it. */
export function useFilterStore(options: {
  defaultFilter?: ActivityFilter | undefined
  urlSync?: boolean | undefined
}): FilterScope {
  const { defaultFilter, urlSync = false } = options
  const [filter, setState] = useState<ActivityFilter>(() => {
    const inAddress = urlSync && typeof location !== 'undefined' ? filterFromSearch(location.search) : {}
    return Object.keys(inAddress).length > 0 ? inAddress : (defaultFilter ?? {})
  })

  useEffect(() => {
    if (!urlSync) return
    const follow = () => setState(filterFromSearch(location.search))
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
          location.pathname + searchWithFilter(location.search, next) + location.hash,
        )
    },
    [urlSync],
  )
  return useMemo(() => ({ filter, setFilter }), [filter, setFilter])
}

export interface ActivityFilterScopeProps {
  /** The filter to begin with. */
  readonly defaultFilter?: ActivityFilter | undefined
  /** Keeps the filter in the address of the page. @default false */
  readonly urlSync?: boolean | undefined
  readonly children?: ReactNode
}

/** Gives the components inside one filter of their own to share, apart from the provider's. */
export function FilterScopeProvider({ defaultFilter, urlSync, children }: ActivityFilterScopeProps): ReactNode {
  const { filter, setFilter } = useFilterStore({ defaultFilter, urlSync })
  const [bars, setBars] = useState(0)
  const addBar = useCallback(() => {
    setBars((count) => count + 1)
    return () => setBars((count) => count - 1)
  }, [])
  const scope = useMemo(() => ({ filter, setFilter, hasBar: bars > 0, addBar }), [filter, setFilter, bars, addBar])
  return <ScopeContext.Provider value={scope}>{children}</ScopeContext.Provider>
}

/** The scope that a component stands in. */
export function useSharedScope(): SharedScope {
  const scope = useContext(ScopeContext)
  if (scope === null) {
    throw new Error(
      '@whodid/react: a filter was used outside of <ActivityProvider>, which keeps it: wrap your app, or this page, in <ActivityProvider url="/activity">.',
    )
  }
  return scope
}

/** Says that a filter bar stands in this scope. */
export function useFilterBar(standsAlone: boolean): void {
  const { addBar } = useSharedScope()
  useBeforePaint(() => (standsAlone ? addBar() : undefined), [standsAlone, addBar])
}

/** Gives a list the filter it follows: the shared one where there is a bar for it, else one of its own with a bar to match. */
export function useListScope(options: {
  filters?: boolean | undefined
  defaultFilter?: ActivityFilter | undefined
  urlSync?: boolean | undefined
}): FilterScope & { readonly ownBar: boolean } {
  const shared = useSharedScope()
  const own = useFilterStore(options)
  const follows = options.filters === false || (options.filters === undefined && shared.hasBar)
  return follows ? { filter: shared.filter, setFilter: shared.setFilter, ownBar: false } : { ...own, ownBar: true }
}
