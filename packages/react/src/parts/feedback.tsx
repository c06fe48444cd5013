import type { ReactNode } from 'react'
import { useActivityContext } from '../provider/context.ts'
import { statusOf } from '../provider/trpc.ts'
import { Icon } from './icons/icon.tsx'

/** A sentence where there is nothing to list. */
export function EmptyState({
  icon,
  title,
  body,
  action,
}: {
  icon: string
  title: string
  body: string
  action?: ReactNode
}): ReactNode {
  return (
    <div className="whodid-state" data-state="empty">
      <span className="whodid-state-icon">
        <Icon name={icon} size={20} />
      </span>
      <p className="whodid-state-title">
        <bdi>{title}</bdi>
      </p>
      <p className="whodid-state-body">
        <bdi>{body}</bdi>
      </p>
      {action}
    </div>
  )
}

/** What went wrong, and a way to try again where that can help. */
export function ErrorState({
  error,
  onRetry,
}: {
  error: { readonly message: string }
  onRetry: () => void
}): ReactNode {
  const { messages } = useActivityContext()
  const status = statusOf(error)
  const refused = status === 401 || status === 403
  return (
    <div className="whodid-state" data-state="error" role="alert">
      <span className="whodid-state-icon">
        <Icon name={refused ? 'lock' : 'alert'} size={20} />
      </span>
      <p className="whodid-state-title">
        <bdi>{refused ? messages.forbiddenTitle : messages.errorTitle}</bdi>
      </p>
      <p className="whodid-state-body">
        <bdi>{refused ? messages.forbiddenBody : messages.errorBody(error.message)}</bdi>
      </p>
      {!refused && (
        <button type="button" className="whodid-button" onClick={onRetry}>
          {messages.retry}
        </button>
      )}
    </div>
  )
}

/** Grey bars where rows will be. */
export function Skeleton({ rows }: { rows: number }): ReactNode {
  const { messages } = useActivityContext()
  return (
    <div className="whodid-skeleton" role="status" aria-label={messages.loading}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="whodid-skeleton-row" aria-hidden="true">
          <span className="whodid-skeleton-dot" />
          <span className="whodid-skeleton-bar" />
          <span className="whodid-skeleton-bar" data-short="" />
        </div>
      ))}
    </div>
  )
}

/** Says changes aloud, politely, without moving anything on the screen. */
export function Announcer({ text }: { text: string }): ReactNode {
  return (
    <span className="whodid-sr" role="status" aria-live="polite">
      {text}
    </span>
  )
}
