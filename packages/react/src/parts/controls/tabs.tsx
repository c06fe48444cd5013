import { type KeyboardEvent, type ReactNode, useId, useRef } from 'react'
import { classes } from '../root-props.ts'

export interface TabItem<T extends string> {
  readonly value: T
  readonly label: string
  readonly extra?: ReactNode
}

/**
 * Tabs as WAI-ARIA describes them: one tab stop, arrow keys choose. Small enough to be written out: a library's would be
 * a fifth of what the whole feed weighs.
 */
export function Tabs<T extends string>({
  label,
  items,
  value,
  onChange,
  panelId,
}: {
  label: string
  items: readonly TabItem<T>[]
  value: T
  onChange: (value: T) => void
  panelId: string
}): ReactNode {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const rtl = list.current !== null && getComputedStyle(list.current).direction === 'rtl'
    const at = items.findIndex((item) => item.value === value)
    const to = {
      [rtl ? 'ArrowLeft' : 'ArrowRight']: (at + 1) % items.length,
      [rtl ? 'ArrowRight' : 'ArrowLeft']: (at + items.length - 1) % items.length,
      Home: 0,
      End: items.length - 1,
    }[event.key]
    const next = to === undefined ? undefined : items[to]
    if (!next) return
    event.preventDefault()
    onChange(next.value)
    list.current?.querySelectorAll('button')[items.indexOf(next)]?.focus()
  }

  return (
    <div ref={list} className="whodid-tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {items.map((item) => (
        <button
          key={item.value}
          type="button"
          role="tab"
          id={`${id}-${item.value}`}
          className={classes('whodid-tab')}
          aria-selected={item.value === value}
          aria-controls={panelId}
          tabIndex={item.value === value ? 0 : -1}
          onClick={() => onChange(item.value)}
        >
          {item.label}
          {item.extra}
        </button>
      ))}
    </div>
  )
}
