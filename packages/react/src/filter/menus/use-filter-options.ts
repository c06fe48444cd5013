import { useDeferredValue, useMemo, useState } from 'react'
import { useActivityContext } from '../../provider/context.ts'
import { useCatalog } from '../../provider/use-service.ts'
import { FIELD_CONDITIONS, FIELD_DIMENSIONS, type FilterField, SERVER_SEARCHED_FIELDS } from '../filter-fields.ts'
import type { ActivityFilterControl } from '../use-activity-filter.ts'
import { getFilterOptions } from './filter-options.ts'
import { useFacets } from './use-facets.ts'

/** Returns the searchable options of a filter button. Counts ignore the field's own selection. */
export function useFilterOptions(field: FilterField, control: ActivityFilterControl) {
  const { messages } = useActivityContext()
  const { catalog } = useCatalog()
  const [search, setSearch] = useState('')
  const deferredSearch = useDeferredValue(search)

  const otherConditions = useMemo(() => {
    const rest = { ...control.resolved }
    for (const condition of FIELD_CONDITIONS[field]) delete rest[condition]
    return rest
  }, [control.resolved, field])
  const { facets, isLoading, isFetching } = useFacets({
    dimensions: FIELD_DIMENSIONS[field],
    filter: otherConditions,
    search: SERVER_SEARCHED_FIELDS.has(field) ? deferredSearch.trim() : undefined,
  })
  const groups = useMemo(
    () => getFilterOptions(field, { catalog, messages, facets, getSelected: control.values, search }),
    [field, catalog, messages, facets, control.values, search],
  )
  const selected = FIELD_CONDITIONS[field].flatMap((condition) =>
    control.values(condition).map((value) => ({ condition, value })),
  )
  return { groups, selected, search, setSearch, isLoading, isFetching }
}
