import { type ReactNode, useEffect, useRef } from 'react'

export interface CheckboxProps {
  readonly label: string
  readonly checked: boolean
  /** Some but not all. */
  readonly mixed?: boolean | undefined
  readonly tabIndex?: number | undefined
  /** Told whether the shift key was held, which selects a range. */
  onChange(checked: boolean, shift: boolean): void
}

/** A native checkbox, drawn by the kit's styles, with a target large enough for a finger. */
export function Checkbox({ label, checked, mixed = false, tabIndex, onChange }: CheckboxProps): ReactNode {
  const input = useRef<HTMLInputElement>(null)
  const shift = useRef(false)
  useEffect(() => {
    if (input.current) input.current.indeterminate = mixed
  }, [mixed])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the input inside, which a press on the label reaches too
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
