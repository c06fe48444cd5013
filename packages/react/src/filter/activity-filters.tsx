import { forwardRef, type ReactNode } from 'react'
import { useRootProps } from '../parts/root-props.ts'
import { FilterBar, type FilterBarProps } from './filter-bar.tsx'
import { type FilterScope, useRegisterFilterBar } from './filter-scope.tsx'
import { useActivityFilter } from './use-activity-filter.ts'

/** Props of `ActivityFilters`. */
export interface ActivityFiltersProps extends Omit<FilterBarProps, 'control' | 'children'> {
  readonly className?: string | undefined
  /** Filter to control. @default the filter of the enclosing scope */
  readonly scope?: FilterScope | undefined
  /** Additional controls at the end of the bar. */
  readonly children?: ReactNode
}

/**
 * Shows a filter bar for all lists in the same provider or `<ActivityFilterScope>`. They follow it and hide their own bars.
 *
 * @example
 * <ActivityFilters /><ActivityTable />
 */
export const ActivityFilters = forwardRef<HTMLDivElement, ActivityFiltersProps>(function ActivityFilters(props, ref) {
  const { className, scope, fields, search, children } = props
  const control = useActivityFilter(scope)
  const root = useRootProps('whodid-filters-root', className)
  useRegisterFilterBar(scope === undefined)
  return (
    <div ref={ref} {...root}>
      <FilterBar control={control} fields={fields} search={search}>
        {children}
      </FilterBar>
    </div>
  )
})
