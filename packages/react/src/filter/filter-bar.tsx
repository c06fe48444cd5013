import { lazy, type ReactNode, Suspense } from 'react'
import { DeferredButton } from '../parts/controls/deferred-button.tsx'
import { useActivityContext } from '../provider/context.ts'
import { useCatalog } from '../provider/use-service.ts'
import { FIELD_CONDITIONS, type FilterField, getFieldLabel } from './filter-fields.ts'
import { getPillLabel, PillContent } from './menus/pill.tsx'
import { SearchBox } from './search/search-box.tsx'
import type { ActivityFilterControl } from './use-activity-filter.ts'

function loadFacetMenu() {
  return import('./menus/facet-menu.tsx')
}

function loadDateMenu() {
  return import('./menus/date-menu.tsx')
}

const FacetMenu = lazy(loadFacetMenu)
const DateMenu = lazy(loadDateMenu)
const FilterChips = lazy(() => import('./filter-chips.tsx'))

const DEFAULT_FIELDS: readonly (FilterField | 'date')[] = [
  'actor',
  'action',
  'resourceType',
  'category',
  'project',
  'status',
  'date',
]

/** Props of `FilterBar`. */
export interface FilterBarProps {
  readonly control: ActivityFilterControl
  /** Filter buttons, in order. @default all but severity and channel, with project only if the catalog has projects */
  readonly fields?: readonly (FilterField | 'date')[] | undefined
  /** Shows a search box. @default true */
  readonly search?: boolean | undefined
  /** Additional controls at the end of the bar. */
  readonly children?: ReactNode
}

/** Shows a search box, a button per field, and the active filters. */
export function FilterBar({ control, fields, search = true, children }: FilterBarProps): ReactNode {
  const context = useActivityContext()
  const { messages } = context
  const { catalog, isReady } = useCatalog()
  const { filter } = control
  // Reserves space for the button until the catalog has loaded, to avoid a layout shift.
  const hasProjects = !isReady || catalog.resources.some(({ type }) => type === 'project')
  const visibleFields = fields ?? DEFAULT_FIELDS.filter((field) => field !== 'project' || hasProjects)
  return (
    <div className="whodid-filters">
      <div className="whodid-filter-row">
        {search && (
          <SearchBox value={filter.q ?? ''} onSearch={control.setSearch} onInvalidChange={control.setSearchInvalid} />
        )}
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a scrolling row everywhere */}
        <div className="whodid-pills" role="group" aria-label={messages.filters}>
          {visibleFields.map((field) => {
            if (field === 'date') {
              const isActive = Boolean(filter.range || filter.from || filter.to)
              return (
                <DeferredButton
                  key={field}
                  part={DateMenu}
                  load={loadDateMenu}
                  props={{ control }}
                  className="whodid-pill"
                  isActive={isActive}
                  popup="dialog"
                  label={getPillLabel(context, messages.date, isActive ? 1 : 0)}
                >
                  <PillContent label={messages.date} count={isActive ? 1 : 0} />
                </DeferredButton>
              )
            }
            const name = getFieldLabel(field, messages)
            const count = FIELD_CONDITIONS[field].reduce((sum, condition) => sum + control.values(condition).length, 0)
            return (
              <DeferredButton
                key={field}
                part={FacetMenu}
                load={loadFacetMenu}
                props={{ field, control }}
                className="whodid-pill"
                isActive={count > 0}
                popup="dialog"
                label={getPillLabel(context, name, count)}
              >
                <PillContent label={name} count={count} />
              </DeferredButton>
            )
          })}
        </div>
        {children}
      </div>
      {control.count > 0 && (
        <Suspense fallback={null}>
          <FilterChips control={control} />
        </Suspense>
      )}
    </div>
  )
}
