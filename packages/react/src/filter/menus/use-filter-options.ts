import { useDeferredValue, useMemo, useState } from 'react'
import { useActivityContext } from '../../provider/context.ts'
import { useCatalog } from '../../provider/use-service.ts'
import { FIELD_DIMENSIONS, FIELD_TERMS, type FilterField, SEARCHED_BY_SERVICE } from '../filter-fields.ts'
import type { ActivityFilterControl } from '../use-activity-filter.ts'
import { optionsOf } from './filter-options.ts'
import { useFacets } from './use-facets.ts'

/** What one button of a filter bar offers, with a search among it. Counts leave the field's own choice aside. */
export function useFilterOptions(field: FilterField, control: ActivityFilterControl) {
  const { messages } = useActivityContext()
  const { catalog } = useCatalog()
  const [search, setSearch] = useState('')
  const sent = useDeferredValue(search)

  const others = useMemo(() => {
    const rest = { ...control.resolved }
    for (const term of FIELD_TERMS[field]) delete rest[term]
    return rest
  }, [control.resolved, field])
  const { facets, isLoading, isFetching } = useFacets({
    dimensions: FIELD_DIMENSIONS[field],
    filter: others,
    search: SEARCHED_BY_SERVICE.has(field) ? sent.trim() : undefined,
  })
  const groups = useMemo(
    () => optionsOf(field, { catalog, messages, facets, chosen: control.values, search }),
    [field, catalog, messages, facets, control.values, search],
  )
  const chosen = FIELD_TERMS[field].flatMap((term) => control.values(term).map((value) => ({ term, value })))
  return { groups, chosen, search, setSearch, isLoading, isFetching }
}
