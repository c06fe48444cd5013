import { Combobox } from '@base-ui/react/combobox'
import { type ReactNode, useState } from 'react'
import type { DeferredProps } from '../../parts/controls/deferred-button.tsx'
import { Icon } from '../../parts/icons/icon.tsx'
import { useRootProps } from '../../parts/root-props.ts'
import { present } from '../../parts/states.ts'
import { Text } from '../../parts/text.tsx'
import { useActivityContext } from '../../provider/context.ts'
import { FIELD_TERMS, type FilterField, fieldLabel } from '../filter-fields.ts'
import { withValues } from '../filter-state.ts'
import type { ActivityFilterControl } from '../use-activity-filter.ts'
import type { FilterOption, OptionGroup } from './filter-options.ts'
import { PillFace, pillName } from './pill.tsx'
import { useFilterOptions } from './use-filter-options.ts'

export interface FacetMenuProps {
  readonly field: FilterField
  readonly control: ActivityFilterControl
}

interface Choice {
  readonly term: FilterOption['term']
  readonly value: string
}

function same(a: Choice, b: Choice) {
  return a.term === b.term && a.value === b.value
}

/** A button of the filter bar and its list of values with counts, which can be searched. Loaded when first needed. */
export default function FacetMenu({ field, control, defaultOpen }: FacetMenuProps & DeferredProps): ReactNode {
  const context = useActivityContext()
  const { messages, formats } = context
  const [open, setOpen] = useState(defaultOpen)
  const { groups, chosen, search, setSearch, isLoading } = useFilterOptions(field, control)
  const root = useRootProps('whodid-layer')
  const name = fieldLabel(field, messages)
  const headed = groups.length > 1

  const choose = (choices: readonly Choice[]) => {
    let next = control.filter
    for (const term of FIELD_TERMS[field]) {
      const values = choices.filter((choice) => choice.term === term).map((choice) => choice.value)
      next = withValues(next, term, values)
    }
    control.setFilter(next)
  }

  return (
    <Combobox.Root<Choice, true>
      multiple
      items={groups}
      filter={null}
      value={chosen}
      onValueChange={choose}
      isItemEqualToValue={same}
      itemToStringLabel={(choice) => choice.value}
      inputValue={search}
      onInputValueChange={(value, details) => {
        if (details.reason !== 'item-press') setSearch(value)
      }}
      open={open}
      onOpenChange={(next) => {
        setOpen(next)
        if (!next) setSearch('')
      }}
    >
      <Combobox.Trigger
        className="whodid-pill"
        // A button that opens a dialog: the combobox is the search box in it, and the role stays as it was before loading.
        role="button"
        data-active={present(chosen.length > 0)}
        aria-label={pillName(context, name, chosen.length)}
      >
        <PillFace label={name} count={chosen.length} />
      </Combobox.Trigger>
      <Combobox.Portal {...root}>
        <Combobox.Positioner align="start" sideOffset={4} className="whodid-positioner">
          <Combobox.Popup className="whodid-popup" aria-label={messages.filterBy(name)}>
            <div className="whodid-popup-search">
              <Icon name="search" size={14} />
              <Combobox.Input
                placeholder={messages.findIn(name.toLocaleLowerCase())}
                aria-label={messages.findIn(name)}
              />
            </div>
            {isLoading ? (
              <p className="whodid-popup-note">{messages.loading}</p>
            ) : (
              <Combobox.Empty className="whodid-popup-note">{messages.noValues}</Combobox.Empty>
            )}
            <Combobox.List className="whodid-popup-list">
              {(group: OptionGroup) => (
                <Combobox.Group key={group.label} items={group.items}>
                  {headed && <Combobox.GroupLabel className="whodid-popup-heading">{group.label}</Combobox.GroupLabel>}
                  <Combobox.Collection>
                    {(option: FilterOption) => (
                      <Combobox.Item key={`${option.term}:${option.value}`} value={option} className="whodid-option">
                        <span className="whodid-option-check">
                          <Combobox.ItemIndicator>
                            <Icon name="completed" size={13} />
                          </Combobox.ItemIndicator>
                        </span>
                        {option.icon && <Icon name={option.icon} size={14} />}
                        <span className="whodid-option-text">
                          <Text value={option.label} />
                          {option.detail && <Text value={option.detail} className="whodid-option-detail" />}
                        </span>
                        {option.count !== undefined && (
                          <span className="whodid-option-count">{formats.number(option.count)}</span>
                        )}
                      </Combobox.Item>
                    )}
                  </Combobox.Collection>
                </Combobox.Group>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  )
}
