import { forwardRef, type ReactNode } from 'react'
import { useRootProps } from '../parts/root-props.ts'
import { FilterBar, type FilterBarProps } from './filter-bar.tsx'
import { type FilterScope, useFilterBar } from './filter-scope.tsx'
import { useActivityFilter } from './use-activity-filter.ts'

export interface ActivityFiltersProps extends Omit<FilterBarProps, 'control' | 'children'> {
  readonly className?: string | undefined
  /** Another filter than the one that the provider's components share. */
  readonly scope?: FilterScope | undefined
  /** Further controls at the end of the bar. */
  readonly children?: ReactNode
}

/**
 * A filter bar for the lists that stand under the same provider, or in the same `<ActivityFilterScope>`: they follow it and
 * draw none of their own.
 *
 * @example
 * <ActivityFilters /><ActivityTable />
 */
export const ActivityFilters = forwardRef<HTMLDivElement, ActivityFiltersProps>(function ActivityFilters(props, ref) {
  const { className, scope, fields, search, children } = props
  const control = useActivityFilter(scope)
  const root = useRootProps('whodid-filters-root', className)
  useFilterBar(scope === undefined)
  return (
    <div ref={ref} {...root}>
      <FilterBar control={control} fields={fields} search={search}>
        {children}
      </FilterBar>
    </div>
  )
})
