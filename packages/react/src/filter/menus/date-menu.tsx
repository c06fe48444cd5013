import { Popover } from '@base-ui/react/popover'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { DeferredProps } from '../../parts/controls/deferred-button.tsx'
import { Icon } from '../../parts/icons/icon.tsx'
import { useRootProps } from '../../parts/root-props.ts'
import { present } from '../../parts/states.ts'
import { useActivityContext } from '../../provider/context.ts'
import { DATE_RANGES } from '../filter-state.ts'
import type { ActivityFilterControl } from '../use-activity-filter.ts'
import { daysOfInstants, instantsOfDays } from './custom-range.ts'
import { PillFace, pillName } from './pill.tsx'

export interface DateMenuProps {
  readonly control: ActivityFilterControl
}

/** The date button of the filter bar: spans that end now, or two days of one's own. Loaded when first needed. */
export default function DateMenu({ control, defaultOpen }: DateMenuProps & DeferredProps): ReactNode {
  const context = useActivityContext()
  const { messages } = context
  const { filter, setTime } = control
  const [open, setOpen] = useState(defaultOpen)
  const root = useRootProps('whodid-layer')
  const active = Boolean(filter.range || filter.from || filter.to)
  const days = daysOfInstants(filter)

  const pick = (time: Parameters<typeof setTime>[0]) => {
    setTime(time)
    setOpen(false)
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    pick(instantsOfDays(String(form.get('from')), String(form.get('to'))))
  }

  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        className="whodid-pill"
        data-active={present(active)}
        aria-label={pillName(context, messages.date, active ? 1 : 0)}
      >
        <PillFace label={messages.date} count={active ? 1 : 0} />
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
                  onClick={() => pick(range)}
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
                  disabled={!active}
                  onClick={() => pick(null)}
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
