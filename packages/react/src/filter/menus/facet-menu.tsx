import { Combobox } from '@base-ui/react/combobox'
import { type ReactNode, useState } from 'react'
import type { DeferredPartProps } from '../../parts/controls/deferred-button.tsx'
import { Icon } from '../../parts/icons/icon.tsx'
import { useRootProps } from '../../parts/root-props.ts'
import { toFlag } from '../../parts/states.ts'
import { Text } from '../../parts/text.tsx'
import { useActivityContext } from '../../provider/context.ts'
import { FIELD_CONDITIONS, type FilterField, getFieldLabel } from '../filter-fields.ts'
import { replaceValues } from '../filter-state.ts'
import type { ActivityFilterControl } from '../use-activity-filter.ts'
import type { FilterOption, OptionGroup } from './filter-options.ts'
import { getPillLabel, PillContent } from './pill.tsx'
import { useFilterOptions } from './use-filter-options.ts'

/** Props of `FacetMenu`. */
export interface FacetMenuProps {
  readonly field: FilterField
  readonly control: ActivityFilterControl
}

interface Choice {
  readonly condition: FilterOption['condition']
  readonly value: string
}

function isSameChoice(a: Choice, b: Choice) {
  return a.condition === b.condition && a.value === b.value
}

/** Button of the filter bar with a searchable list of values and counts. Loaded when first opened. */
export default function FacetMenu({ field, control, defaultOpen }: FacetMenuProps & DeferredPartProps): ReactNode {
  const context = useActivityContext()
  const { messages, formats } = context
  const [open, setOpen] = useState(defaultOpen)
  const { groups, selected, search, setSearch, isLoading } = useFilterOptions(field, control)
  const root = useRootProps('whodid-layer')
  const name = getFieldLabel(field, messages)
  const hasHeadings = groups.length > 1

  const applyChoices = (choices: readonly Choice[]) => {
    let next = control.filter
    for (const condition of FIELD_CONDITIONS[field]) {
      const values = choices.filter((choice) => choice.condition === condition).map((choice) => choice.value)
      next = replaceValues(next, condition, values)
    }
    control.setFilter(next)
  }

  return (
    <Combobox.Root<Choice, true>
      multiple
      items={groups}
      filter={null}
      value={selected}
      onValueChange={applyChoices}
      isItemEqualToValue={isSameChoice}
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
        // Opens a dialog whose search box is the combobox. Keeps the role it had before loading.
        role="button"
        data-active={toFlag(selected.length > 0)}
        aria-label={getPillLabel(context, name, selected.length)}
      >
        <PillContent label={name} count={selected.length} />
      </Combobox.Trigger>
      <Combobox.Portal {...root}>
        <Combobox.Positioner align="start" sideOffset={4} className="whodid-positioner">
          <Combobox.Popup className="whodid-popup" aria-label={messages.filterBy(name)}>
            <div className="whodid-popup-search">
              <Icon name="search" size={14} />
              <Combobox.Input
                placeholder={messages.findValue(name.toLocaleLowerCase())}
                aria-label={messages.findValue(name)}
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
                  {hasHeadings && (
                    <Combobox.GroupLabel className="whodid-popup-heading">{group.label}</Combobox.GroupLabel>
                  )}
                  <Combobox.Collection>
                    {(option: FilterOption) => (
                      <Combobox.Item
                        key={`${option.condition}:${option.value}`}
                        value={option}
                        className="whodid-option"
                      >
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
