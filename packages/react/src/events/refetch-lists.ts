import type { QueryClient } from '@tanstack/react-query'
import { listQueries } from './list-cache.ts'

/**
 * Reads every list again that was asked for before the live stream began, or began anew with nothing to resume from: what
 * happened in between is in neither. One whose first answer is still under way is read again when that has come.
 */
export function readListsAnew(queries: QueryClient): void {
  for (const { queryKey, state, promise } of listQueries(queries)) {
    const again = () => void queries.invalidateQueries({ queryKey, exact: true })
    if (state.data !== undefined) again()
    else if (state.fetchStatus === 'fetching') promise?.then(again, () => {})
  }
}
