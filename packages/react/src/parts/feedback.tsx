import type { ReactNode } from 'react'
import { useActivityContext } from '../provider/context.ts'
import { getHttpStatus } from '../provider/trpc.ts'
import { Icon } from './icons/icon.tsx'

/** Shown in place of an empty list. */
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

/** Shows an error, with a retry button unless access was denied. */
export function ErrorState({
  error,
  onRetry,
}: {
  error: { readonly message: string }
  onRetry: () => void
}): ReactNode {
  const { messages } = useActivityContext()
  const status = getHttpStatus(error)
  const isForbidden = status === 401 || status === 403
  return (
    <div className="whodid-state" data-state="error" role="alert">
      <span className="whodid-state-icon">
        <Icon name={isForbidden ? 'lock' : 'alert'} size={20} />
      </span>
      <p className="whodid-state-title">
        <bdi>{isForbidden ? messages.forbiddenTitle : messages.errorTitle}</bdi>
      </p>
      <p className="whodid-state-body">
        <bdi>{isForbidden ? messages.forbiddenBody : messages.errorBody(error.message)}</bdi>
      </p>
      {!isForbidden && (
        <button type="button" className="whodid-button" onClick={onRetry}>
          {messages.retry}
        </button>
      )}
    </div>
  )
}

/** Placeholder rows while a list loads. */
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

/** Announces `text` to screen readers without showing it. */
export function Announcer({ text }: { text: string }): ReactNode {
  return (
    <span className="whodid-sr" role="status" aria-live="polite">
      {text}
    </span>
  )
}
