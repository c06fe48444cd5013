import type { Filter } from '@whodid/core'
import { useMemo } from 'react'

const NO_FILTER: Filter = {}

/** Returns the same object while the filter's content is the same, since hosts often pass a new object on each render. */
export function useStableFilter(filter: Filter = NO_FILTER): Filter {
  const text = JSON.stringify(filter)
  return useMemo(() => filter, [text])
}
