import { type ReactNode, useEffect, useRef } from 'react'

/** Props of `Checkbox`. */
export interface CheckboxProps {
  readonly label: string
  readonly checked: boolean
  /** Shows the indeterminate state. */
  readonly isMixed?: boolean | undefined
  readonly tabIndex?: number | undefined
  /** Called on change. `shift` is true with the Shift key, which selects a range. */
  onChange(checked: boolean, shift: boolean): void
}

/** A native checkbox in the kit's style, with a touch-friendly target. */
export function Checkbox({ label, checked, isMixed: mixed = false, tabIndex, onChange }: CheckboxProps): ReactNode {
  const input = useRef<HTMLInputElement>(null)
  const shift = useRef(false)
  useEffect(() => {
    if (input.current) input.current.indeterminate = mixed
  }, [mixed])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the input inside handles keys
    <label
      className="whodid-check"
      onClick={(event) => {
        event.stopPropagation()
        shift.current = event.shiftKey
      }}
    >
      <input
        ref={input}
        type="checkbox"
        aria-label={label}
        checked={checked}
        tabIndex={tabIndex}
        onChange={(event) => onChange(event.currentTarget.checked, shift.current)}
      />
    </label>
  )
}
