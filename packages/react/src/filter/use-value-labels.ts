import type { FilterCondition } from '@whodid/core'
import { useActivityContext } from '../provider/context.ts'
import { useCatalog } from '../provider/use-service.ts'
import { getValueLabel } from './filter-labels.ts'
import type { ActivityFilter } from './filter-state.ts'
import { useFacets } from './menus/use-facets.ts'

/** Returns a function that labels the values of a filter. Actors and projects are looked up, since a URL only has their ids. */
export function useValueLabels(filter: ActivityFilter): (condition: FilterCondition, value: string) => string {
  const { messages } = useActivityContext()
  const { catalog } = useCatalog()
  const { actor = [], project = [] } = filter
  const actors = useFacets({ dimensions: ['actor'], filter: { actor }, enabled: actor.length > 0 })
  const projects = useFacets({ dimensions: ['project'], filter: { project }, enabled: project.length > 0 })
  return (condition, value) => {
    const { facets } = condition === 'actor' ? actors : projects
    const facetValues = condition === 'actor' || condition === 'project' ? facets?.values[condition] : undefined
    return (
      facetValues?.find((facet) => facet.value === value)?.label ?? getValueLabel(condition, value, catalog, messages)
    )
  }
}
