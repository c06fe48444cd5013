import type { FilterCondition } from '@whodid/core/browser'
import { useMemo } from 'react'
import { type FilterScope, useSharedScope } from './filter-scope.tsx'
import {
  type ActivityFilter,
  conditionCount,
  isUnfiltered,
  resolveFilter,
  valuesOf,
  withoutEmpty,
  withTime,
  withValues,
} from './filter-state.ts'

/**
 * The filter that the components of a provider, or of an `<ActivityFilterScope>`, share, and the ways to change it.
 *
 * @param scope another filter than the shared one
 * @example
 * const { filter, setValues, clear } = useActivityFilter()
 * setValues('kind', ['delete'])
 */
export function useActivityFilter(scope?: FilterScope) {
  const shared = useSharedScope()
  const { filter, setFilter, setSearchWrong } = scope ?? shared
  return {
    filter,
    /** The filter as the service takes it. */
    resolved: useMemo(() => resolveFilter(filter, Date.now()), [filter]),
    /** How many conditions are set, the search aside. */
    count: conditionCount(filter),
    isFiltered: !isUnfiltered(filter),
    setFilter,
    values: (term: FilterCondition) => valuesOf(filter, term),
    setValues: (term: FilterCondition, values: readonly string[]) => setFilter(withValues(filter, term, values)),
    removeValue: (term: FilterCondition, value: string) =>
      setFilter(
        withValues(
          filter,
          term,
          valuesOf(filter, term).filter((each) => each !== value),
        ),
      ),
    setSearch: (q: string) => setFilter(withoutEmpty<ActivityFilter>({ ...filter, q })),
    /** Says that the text in the search box is wrong, or right again. */
    setSearchWrong,
    setTime: (time: Parameters<typeof withTime>[1]) => setFilter(withTime(filter, time)),
    clear: () => setFilter({}),
  }
}

/** What `useActivityFilter` gives. */
export type ActivityFilterControl = ReturnType<typeof useActivityFilter>
