import { FILTER_CONDITIONS } from '@whodid/core/browser'
import type { ReactNode } from 'react'
import { Icon } from '../parts/icons/icon.tsx'
import { Text } from '../parts/text.tsx'
import { useActivityContext } from '../provider/context.ts'
import { toVisibleText } from '../text/escapes.ts'
import type { Formats } from '../text/format.ts'
import type { Messages } from '../text/messages.ts'
import { getConditionLabel } from './filter-labels.ts'
import type { ActivityFilter } from './filter-state.ts'
import { toDays } from './menus/custom-range.ts'
import type { ActivityFilterControl } from './use-activity-filter.ts'
import { useValueLabels } from './use-value-labels.ts'

/** Returns the label of a filter's time range, or null without one. */
function getTimeLabel(filter: ActivityFilter, messages: Messages, formats: Formats): string | null {
  if (filter.range) return messages.ranges[filter.range]
  const { from, to } = toDays(filter)
  const formatDay = (day: string) => formats.date(new Date(`${day}T12:00:00`).getTime())
  if (from && to) return messages.rangeBetween(formatDay(from), formatDay(to))
  if (from) return messages.rangeFrom(formatDay(from))
  return to ? messages.rangeTo(formatDay(to)) : null
}

function Chip({ name, label, onRemove }: { name: string; label: string; onRemove: () => void }): ReactNode {
  const { messages } = useActivityContext()
  return (
    <li className="whodid-chip">
      <span className="whodid-chip-name">{name}</span>
      <Text value={label} />
      <button type="button" aria-label={messages.removeFilter(`${name} ${toVisibleText(label)}`)} onClick={onRemove}>
        <Icon name="close" size={12} />
      </button>
    </li>
  )
}

/** Shows the active conditions, removable one by one or all at once. Loaded when the first is set. */
export default function FilterChips({ control }: { control: ActivityFilterControl }): ReactNode {
  const { messages, formats } = useActivityContext()
  const { filter, removeValue, setTime, clear } = control
  const getLabel = useValueLabels(filter)
  const time = getTimeLabel(filter, messages, formats)
  return (
    <ul className="whodid-chips" aria-label={messages.filters}>
      {FILTER_CONDITIONS.flatMap((condition) =>
        control
          .values(condition)
          .map((value) => (
            <Chip
              key={`${condition}:${value}`}
              name={getConditionLabel(condition, messages)}
              label={getLabel(condition, value)}
              onRemove={() => removeValue(condition, value)}
            />
          )),
      )}
      {time !== null && <Chip name={messages.date} label={time} onRemove={() => setTime(null)} />}
      <li>
        <button type="button" className="whodid-link-button" onClick={clear}>
          {messages.clearAll}
        </button>
      </li>
    </ul>
  )
}
