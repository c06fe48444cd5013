import { FILTER_CONDITIONS } from '@whodid/core/browser'
import type { ReactNode } from 'react'
import { Icon } from '../parts/icons/icon.tsx'
import { Text } from '../parts/text.tsx'
import { useActivityContext } from '../provider/context.ts'
import { visibleText } from '../text/escapes.ts'
import type { Formats } from '../text/format.ts'
import type { Messages } from '../text/messages.ts'
import { termLabel } from './filter-labels.ts'
import type { ActivityFilter } from './filter-state.ts'
import { daysOfInstants } from './menus/custom-range.ts'
import type { ActivityFilterControl } from './use-activity-filter.ts'
import { useValueLabels } from './use-value-labels.ts'

/** What the time of a filter is called. */
export function timeLabel(filter: ActivityFilter, messages: Messages, formats: Formats): string | null {
  if (filter.range) return messages.ranges[filter.range]
  const { from, to } = daysOfInstants(filter)
  const shown = (day: string) => formats.date(new Date(`${day}T12:00:00`).getTime())
  if (from && to) return messages.rangeBetween(shown(from), shown(to))
  if (from) return messages.rangeFrom(shown(from))
  return to ? messages.rangeTo(shown(to)) : null
}

function Chip({ name, label, onRemove }: { name: string; label: string; onRemove: () => void }): ReactNode {
  const { messages } = useActivityContext()
  return (
    <li className="whodid-chip">
      <span className="whodid-chip-name">{name}</span>
      <Text value={label} />
      <button type="button" aria-label={messages.removeFilter(`${name} ${visibleText(label)}`)} onClick={onRemove}>
        <Icon name="close" size={12} />
      </button>
    </li>
  )
}

/** The conditions that are set, each to be taken away, and all of them at once. Loaded when the first is set. */
export default function FilterChips({ control }: { control: ActivityFilterControl }): ReactNode {
  const { messages, formats } = useActivityContext()
  const { filter, removeValue, setTime, clear } = control
  const labelOf = useValueLabels(filter)
  const time = timeLabel(filter, messages, formats)
  return (
    <ul className="whodid-chips" aria-label={messages.filters}>
      {FILTER_CONDITIONS.flatMap((term) =>
        control
          .values(term)
          .map((value) => (
            <Chip
              key={`${term}:${value}`}
              name={termLabel(term, messages)}
              label={labelOf(term, value)}
              onRemove={() => removeValue(term, value)}
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
