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
  /** Whether the text in its search box is wrong, so that the lists still show what the last right one found. */
  readonly isSearchWrong: boolean
  setSearchWrong(wrong: boolean): void
}

interface SharedScope extends FilterScope {
  /** Whether this is the scope of a part of the page, and not the provider's, which is there for all of the app. */
  readonly isPart: boolean
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

  const [isSearchWrong, setSearchWrong] = useState(false)

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
  return useMemo(() => ({ filter, setFilter, isSearchWrong, setSearchWrong }), [filter, setFilter, isSearchWrong])
}

export interface ActivityFilterScopeProps {
  /** The filter to begin with. */
  readonly defaultFilter?: ActivityFilter | undefined
  /** Keeps the filter in the address of the page. @default false */
  readonly urlSync?: boolean | undefined
  readonly children?: ReactNode
}

/**
 * Gives the components inside one filter of their own to share, apart from the provider's. Lists follow it with or without
 * an `<ActivityFilters>`, so that what is searched for in one tab is still searched for in the next.
 *
 * @example
 * <ActivityFilterScope urlSync>{tab === 'feed' ? <ActivityFeed /> : <ActivityTable />}</ActivityFilterScope>
 */
export function FilterScopeProvider({ defaultFilter, urlSync, children }: ActivityFilterScopeProps): ReactNode {
  // The provider's stands around all others
  const isPart = useContext(ScopeContext) !== null
  const store = useFilterStore({ defaultFilter, urlSync })
  const [bars, setBars] = useState(0)
  const addBar = useCallback(() => {
    setBars((count) => count + 1)
    return () => setBars((count) => count - 1)
  }, [])
  const scope = useMemo(() => ({ ...store, isPart, hasBar: bars > 0, addBar }), [store, isPart, bars, addBar])
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

/**
 * Gives a list the filter it follows: the shared one in an `<ActivityFilterScope>` and wherever there is a bar for it, else
 * one of its own. `ownBar` says whether the list draws a bar.
 */
export function useListScope(options: {
  filters?: boolean | undefined
  defaultFilter?: ActivityFilter | undefined
  urlSync?: boolean | undefined
}): FilterScope & { readonly ownBar: boolean } {
  const shared = useSharedScope()
  const own = useFilterStore(options)
  const ownBar = options.filters ?? !shared.hasBar
  const follows = !ownBar || (options.filters === undefined && shared.isPart)
  return { ...(follows ? shared : own), ownBar }
}
