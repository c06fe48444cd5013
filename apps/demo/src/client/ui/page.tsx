import { type ReactNode, useEffect } from 'react'

/** A page with a heading. Sets the document title. */
export function Page({
  title,
  text,
  actions,
  children,
}: {
  title: string
  text?: ReactNode
  actions?: ReactNode
  children: ReactNode
}) {
  useEffect(() => {
    document.title = `${title} · Acme Cloud`
  }, [title])
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1>{title}</h1>
          {text && <p>{text}</p>}
        </div>
        {actions && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

export function Card({
  title,
  actions,
  children,
  className,
}: {
  title?: string
  actions?: ReactNode
  children: ReactNode
  className?: string
}) {
  return (
    <section className={['card', className].filter(Boolean).join(' ')}>
      {title && (
        <header>
          <h2>{title}</h2>
          {actions}
        </header>
      )}
      {children}
    </section>
  )
}

const TONES: Readonly<Record<string, 'good' | 'bad' | 'wait' | 'idle'>> = {
  active: 'good',
  running: 'good',
  enabled: 'good',
  succeeded: 'good',
  completed: 'good',
  paid: 'good',
  fulfilled: 'good',
  resolved: 'good',
  trialing: 'good',
  failed: 'bad',
  quarantined: 'bad',
  revoked: 'bad',
  unpaid: 'bad',
  past_due: 'bad',
  canceled: 'bad',
  pending: 'wait',
  processing: 'wait',
  created: 'wait',
  removing: 'wait',
  investigating: 'wait',
  open: 'wait',
  paused: 'wait',
}

/** A status badge. */
export function Status({ value }: { value: string }) {
  const words = value.replaceAll('_', ' ')
  return (
    <span className="status" data-tone={TONES[value] ?? 'idle'}>
      {words.charAt(0).toUpperCase() + words.slice(1)}
    </span>
  )
}

/** One column of a list. */
export interface Column<R> {
  readonly header: string
  readonly cell: (row: R) => ReactNode
  /** Shown on wide screens only. */
  readonly wideOnly?: boolean
  readonly align?: 'end'
}

/** A table of records. `rows` is undefined while loading. */
export function List<R extends { id: string }>(props: {
  label: string
  rows: readonly R[] | undefined
  columns: readonly Column<R>[]
  empty: ReactNode
}) {
  const { label, rows, columns, empty } = props
  if (rows?.length === 0) return <div className="empty">{empty}</div>
  return (
    <div className="list-scroll">
      <table aria-busy={!rows} aria-label={label} className="list">
        <thead>
          <tr>
            {columns.map(({ header: head, wideOnly: wide, align }) => (
              <th data-align={align} data-wide={wide} key={head} scope="col">
                {head === 'Actions' ? <span className="sr-only">{head}</span> : head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows?.map((row) => (
            <tr key={row.id}>
              {columns.map(({ header: head, cell, wideOnly: wide, align }) => (
                <td data-align={align} data-wide={wide} key={head}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {!rows && <div className="skeleton" />}
    </div>
  )
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })
const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 4 })
const money = new Intl.NumberFormat(undefined, { style: 'currency', currency: 'USD' })

export function formatDay(iso: string): string {
  return day.format(new Date(iso))
}

export function formatNumber(value: number): string {
  return number.format(value)
}

export function formatMoney(value: number): string {
  return money.format(value)
}
