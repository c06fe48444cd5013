import { forwardRef, type ReactNode } from 'react'
import { LiveBadge } from '../parts/live-badge.tsx'
import { useRootProps } from '../parts/root-props.ts'
import { useActivityContext } from '../provider/context.ts'
import { Timeline, TimelineEmpty } from './timeline.tsx'
import { type UserActivityOptions, useUserActivity } from './use-user-activity.ts'

export interface UserActivityProps extends UserActivityOptions {
  readonly className?: string | undefined
  /** The heading. @default "User activity" */
  readonly title?: ReactNode
  /** Stands where there is nothing to list. */
  readonly empty?: ReactNode
}

/**
 * What one person did, for their profile. Everybody may see their own; others' needs `view:all`.
 *
 * @example
 * <UserActivity userId={user.id} />
 */
export const UserActivity = forwardRef<HTMLElement, UserActivityProps>(function UserActivity(props, ref) {
  const { className, title, empty } = props
  const { messages } = useActivityContext()
  const activity = useUserActivity(props)
  const root = useRootProps('whodid-card', 'whodid-history', className)
  return (
    <section ref={ref} {...root} aria-label={messages.userActivity}>
      <header className="whodid-header">
        <h2 className="whodid-title">{title ?? messages.userActivity}</h2>
        <span className="whodid-space" />
        <LiveBadge />
      </header>
      <Timeline
        list={activity}
        about="resource"
        empty={empty ?? <TimelineEmpty title={messages.userEmptyTitle} body={messages.userEmptyBody} />}
      />
    </section>
  )
})
