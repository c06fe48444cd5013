import { Popover } from '@base-ui/react/popover'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { DeferredPartProps } from '../../parts/controls/deferred-button.tsx'
import { Icon } from '../../parts/icons/icon.tsx'
import { useRootProps } from '../../parts/root-props.ts'
import { toFlag } from '../../parts/states.ts'
import { useActivityContext } from '../../provider/context.ts'
import { DATE_RANGES } from '../filter-state.ts'
import type { ActivityFilterControl } from '../use-activity-filter.ts'
import { toDays, toInstants } from './custom-range.ts'
import { getPillLabel, PillContent } from './pill.tsx'

/** Props of `DateMenu`. */
export interface DateMenuProps {
  readonly control: ActivityFilterControl
}

/** Date button of the filter bar: relative ranges or a custom range. Loaded when first opened. */
export default function DateMenu({ control, defaultOpen }: DateMenuProps & DeferredPartProps): ReactNode {
  const context = useActivityContext()
  const { messages } = context
  const { filter, setTime } = control
  const [open, setOpen] = useState(defaultOpen)
  const root = useRootProps('whodid-layer')
  const isActive = Boolean(filter.range || filter.from || filter.to)
  const days = toDays(filter)

  const applyTime = (time: Parameters<typeof setTime>[0]) => {
    setTime(time)
    setOpen(false)
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    applyTime(toInstants(String(form.get('from')), String(form.get('to'))))
  }

  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        className="whodid-pill"
        data-active={toFlag(isActive)}
        aria-label={getPillLabel(context, messages.date, isActive ? 1 : 0)}
      >
        <PillContent label={messages.date} count={isActive ? 1 : 0} />
      </Popover.Trigger>
      <Popover.Portal {...root}>
        <Popover.Positioner align="start" sideOffset={4} className="whodid-positioner">
          <Popover.Popup className="whodid-popup" aria-label={messages.filterBy(messages.date)}>
            <div className="whodid-popup-list">
              {DATE_RANGES.map((range) => (
                <button
                  key={range}
                  type="button"
                  className="whodid-option"
                  aria-pressed={filter.range === range}
                  onClick={() => applyTime(range)}
                >
                  <span className="whodid-option-check">
                    {filter.range === range && <Icon name="completed" size={13} />}
                  </span>
                  <span className="whodid-option-text">{messages.ranges[range]}</span>
                </button>
              ))}
            </div>
            <form className="whodid-range" onSubmit={submit}>
              <p className="whodid-popup-heading">{messages.ranges.custom}</p>
              <label>
                {messages.dateFrom}
                <input type="date" name="from" defaultValue={days.from} className="whodid-input" />
              </label>
              <label>
                {messages.dateTo}
                <input type="date" name="to" defaultValue={days.to} className="whodid-input" />
              </label>
              <div className="whodid-range-actions">
                <button
                  type="button"
                  className="whodid-button"
                  data-quiet=""
                  disabled={!isActive}
                  onClick={() => applyTime(null)}
                >
                  {messages.clear}
                </button>
                <button type="submit" className="whodid-button" data-primary="">
                  {messages.apply}
                </button>
              </div>
            </form>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}
