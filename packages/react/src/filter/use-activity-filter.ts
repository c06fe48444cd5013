import type { FilterCondition } from '@whodid/core'
import { useMemo } from 'react'
import { type FilterScope, useSharedScope } from './filter-scope.tsx'
import {
  type ActivityFilter,
  countConditions,
  getValues,
  isUnfiltered,
  omitEmpty,
  replaceTime,
  replaceValues,
  resolveFilter,
} from './filter-state.ts'

/**
 * Returns the shared filter of the enclosing provider or `<ActivityFilterScope>`, and functions to change it.
 *
 * @param scope - filter to use instead of the shared one
 * @example
 * const { filter, setValues, clear } = useActivityFilter()
 * setValues('kind', ['delete'])
 */
export function useActivityFilter(scope?: FilterScope) {
  const shared = useSharedScope()
  const { filter, setFilter, setSearchInvalid } = scope ?? shared
  return {
    filter,
    /** The filter as sent to the service. */
    resolved: useMemo(() => resolveFilter(filter, Date.now()), [filter]),
    /** Number of values set, without the search text. */
    count: countConditions(filter),
    isFiltered: !isUnfiltered(filter),
    setFilter,
    values: (condition: FilterCondition) => getValues(filter, condition),
    setValues: (condition: FilterCondition, values: readonly string[]) =>
      setFilter(replaceValues(filter, condition, values)),
    removeValue: (condition: FilterCondition, value: string) =>
      setFilter(
        replaceValues(
          filter,
          condition,
          getValues(filter, condition).filter((other) => other !== value),
        ),
      ),
    setSearch: (q: string) => setFilter(omitEmpty<ActivityFilter>({ ...filter, q })),
    /** Sets if the text in the search box is invalid. */
    setSearchInvalid,
    setTime: (time: Parameters<typeof replaceTime>[1]) => setFilter(replaceTime(filter, time)),
    clear: () => setFilter({}),
  }
}

/** Result of `useActivityFilter`. */
export type ActivityFilterControl = ReturnType<typeof useActivityFilter>
