import { type ReactNode, type SubmitEvent, useEffect, useId, useRef, useState } from 'react'
import { Button } from './button.tsx'
import { Icon } from './icons.tsx'

/** A modal dialog, open while mounted. The browser traps focus and closes it on Escape. */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const ref = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    ref.current?.showModal()
  }, [])
  return (
    <dialog aria-labelledby={titleId} className="dialog" onClose={onClose} ref={ref}>
      <header>
        <h2 id={titleId}>{title}</h2>
        <Button aria-label="Close" onClick={() => ref.current?.close()} variant="quiet">
          <Icon name="close" />
        </Button>
      </header>
      {children}
    </dialog>
  )
}

/** One field of a form. */
export interface Field {
  readonly name: string
  readonly label: string
  readonly type?: 'text' | 'email' | 'password' | 'number' | 'textarea'
  /** Makes the field a select, with labels by value. */
  readonly options?: Readonly<Record<string, string>>
  readonly value?: string
  readonly hint?: string
  readonly optional?: boolean
}

function FieldInput({ field }: { field: Field }) {
  const id = useId()
  const { name, label, type = 'text', options, value = '', hint, optional } = field
  const shared = {
    id,
    name,
    defaultValue: value,
    required: !optional,
    'aria-describedby': hint ? `${id}-hint` : undefined,
  }
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {options ? (
        <select {...shared}>
          {Object.entries(options).map(([key, text]) => (
            <option key={key} value={key}>
              {text}
            </option>
          ))}
        </select>
      ) : type === 'textarea' ? (
        <textarea {...shared} rows={4} />
      ) : (
        <input {...shared} autoComplete={type === 'password' ? 'current-password' : 'off'} step="any" type={type} />
      )}
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}

/** Returns the values of a form, by field name. */
function getFormValues(form: HTMLFormElement): Record<string, string> {
  return Object.fromEntries(
    [...new FormData(form)].map(([name, value]) => [name, typeof value === 'string' ? value : value.name]),
  )
}

/** A form that shows errors next to its button. */
export function Form(props: {
  fields: readonly Field[]
  submit: string
  variant?: 'primary' | 'danger'
  onSubmit: (values: Record<string, string>) => Promise<unknown>
  onCancel?: () => void
  children?: ReactNode
}) {
  const { fields, submit, variant = 'primary', onSubmit, onCancel, children } = props
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  async function send(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    setBusy(true)
    setError(null)
    try {
      await onSubmit(getFormValues(event.currentTarget))
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown.message : 'Something went wrong.')
    } finally {
      setBusy(false)
    }
  }

  return (
    <form className="form" onSubmit={send}>
      {children}
      {fields.map((field) => (
        <FieldInput field={field} key={field.name} />
      ))}
      {error && (
        <p className="form-error" role="alert">
          {error}
        </p>
      )}
      <footer>
        {onCancel && <Button onClick={onCancel}>Cancel</Button>}
        <Button disabled={busy} type="submit" variant={variant}>
          {submit}
        </Button>
      </footer>
    </form>
  )
}

/** A form in a dialog. Closes when `onSubmit` succeeds. */
export function FormDialog(props: {
  title: string
  text?: ReactNode
  fields?: readonly Field[]
  submit: string
  variant?: 'primary' | 'danger'
  onSubmit: (values: Record<string, string>) => Promise<unknown>
  onClose: () => void
}) {
  const { title, text, fields = [], onSubmit, onClose, ...rest } = props
  return (
    <Dialog onClose={onClose} title={title}>
      <Form
        fields={fields}
        onCancel={onClose}
        onSubmit={async (values) => {
          await onSubmit(values)
          onClose()
        }}
        {...rest}
      >
        {text && <p className="dialog-text">{text}</p>}
      </Form>
    </Dialog>
  )
}
