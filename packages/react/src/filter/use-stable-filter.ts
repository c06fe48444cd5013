import type { Filter } from '@whodid/core/browser'
import { useMemo } from 'react'

const NO_FILTER: Filter = {}

/** The same object for as long as the filter says the same, since hosts write theirs anew at each render. */
export function useStableFilter(filter: Filter = NO_FILTER): Filter {
  const text = JSON.stringify(filter)
  // The text stands for the filter
  return useMemo(() => filter, [text])
}
