import { type KeyboardEvent, type ReactNode, useId, useRef } from 'react'

/** One tab. */
export interface TabItem<T extends string> {
  readonly value: T
  readonly label: string
  readonly extra?: ReactNode
}

/**
 * Tabs after the WAI-ARIA pattern: one tab stop, arrow keys select. Implemented here because a library's tabs would add a
 * fifth to the size of the feed.
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
    const isRtl = list.current !== null && getComputedStyle(list.current).direction === 'rtl'
    const index = items.findIndex((item) => item.value === value)
    const target = {
      [isRtl ? 'ArrowLeft' : 'ArrowRight']: (index + 1) % items.length,
      [isRtl ? 'ArrowRight' : 'ArrowLeft']: (index + items.length - 1) % items.length,
      Home: 0,
      End: items.length - 1,
    }[event.key]
    const next = target === undefined ? undefined : items[target]
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
          className="whodid-tab"
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
