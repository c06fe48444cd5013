import { lazy, type ReactNode, Suspense } from 'react'
import { Deferred } from '../parts/controls/deferred-button.tsx'
import { useActivityContext } from '../provider/context.ts'
import { useCatalog } from '../provider/use-service.ts'
import { FIELD_TERMS, type FilterField, fieldLabel } from './filter-fields.ts'
import { PillFace, pillName } from './menus/pill.tsx'
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

export interface FilterBarProps {
  readonly control: ActivityFilterControl
  /** Which buttons there are, in order. @default all but severity and channel; project where the catalog has projects */
  readonly fields?: readonly (FilterField | 'date')[] | undefined
  /** Whether there is a search box. @default true */
  readonly search?: boolean | undefined
  /** Further controls at the end of the bar. */
  readonly children?: ReactNode
}

/** A search box, a button for each field, and what is set. */
export function FilterBar({ control, fields, search = true, children }: FilterBarProps): ReactNode {
  const context = useActivityContext()
  const { messages } = context
  const { catalog, ready } = useCatalog()
  const { filter } = control
  // Until the catalog has come its place is kept, so that the bar does not jump.
  const hasProjects = !ready || catalog.resources.some(({ type }) => type === 'project')
  const shown = fields ?? DEFAULT_FIELDS.filter((field) => field !== 'project' || hasProjects)
  return (
    <div className="whodid-filters">
      <div className="whodid-filter-row">
        {search && <SearchBox value={filter.q ?? ''} onSearch={control.setSearch} onWrong={control.setSearchWrong} />}
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a scrolling row everywhere */}
        <div className="whodid-pills" role="group" aria-label={messages.filters}>
          {shown.map((field) => {
            if (field === 'date') {
              const active = Boolean(filter.range || filter.from || filter.to)
              return (
                <Deferred
                  key={field}
                  part={DateMenu}
                  load={loadDateMenu}
                  props={{ control }}
                  className="whodid-pill"
                  active={active}
                  popup="dialog"
                  label={pillName(context, messages.date, active ? 1 : 0)}
                >
                  <PillFace label={messages.date} count={active ? 1 : 0} />
                </Deferred>
              )
            }
            const name = fieldLabel(field, messages)
            const count = FIELD_TERMS[field].reduce((sum, term) => sum + control.values(term).length, 0)
            return (
              <Deferred
                key={field}
                part={FacetMenu}
                load={loadFacetMenu}
                props={{ field, control }}
                className="whodid-pill"
                active={count > 0}
                popup="dialog"
                label={pillName(context, name, count)}
              >
                <PillFace label={name} count={count} />
              </Deferred>
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
