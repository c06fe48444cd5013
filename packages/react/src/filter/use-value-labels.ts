import type { FilterCondition } from '@whodid/core/browser'
import { useActivityContext } from '../provider/context.ts'
import { useCatalog } from '../provider/use-service.ts'
import { valueLabel } from './filter-labels.ts'
import type { ActivityFilter } from './filter-state.ts'
import { useFacets } from './menus/use-facets.ts'

/** Names the values of a filter. People and projects are looked up by their ids, as a filter from an address has only those. */
export function useValueLabels(filter: ActivityFilter): (term: FilterCondition, value: string) => string {
  const { messages } = useActivityContext()
  const { catalog } = useCatalog()
  const { actor = [], project = [] } = filter
  const actors = useFacets({ dimensions: ['actor'], filter: { actor }, enabled: actor.length > 0 })
  const projects = useFacets({ dimensions: ['project'], filter: { project }, enabled: project.length > 0 })
  return (term, value) => {
    const { facets } = term === 'actor' ? actors : projects
    const named = term === 'actor' || term === 'project' ? facets?.values[term] : undefined
    return named?.find((each) => each.value === value)?.label ?? valueLabel(term, value, catalog, messages)
  }
}
