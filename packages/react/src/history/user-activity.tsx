import { forwardRef, type ReactNode } from 'react'
import { LiveBadge } from '../parts/live-badge.tsx'
import { useRootProps } from '../parts/root-props.ts'
import { useActivityContext } from '../provider/context.ts'
import { Timeline, TimelineEmpty } from './timeline.tsx'
import { type UserActivityOptions, useUserActivity } from './use-user-activity.ts'

/** Props of `UserActivity`. */
export interface UserActivityProps extends UserActivityOptions {
  readonly className?: string | undefined
  /** Heading. @default "User activity" */
  readonly title?: ReactNode
  /** Shown when there are no events. */
  readonly empty?: ReactNode
}

/**
 * Shows the activity of one user, for a profile page. Viewers can see their own. Others' activity requires `view:all`.
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
        subject="resource"
        empty={empty ?? <TimelineEmpty title={messages.userEmptyTitle} body={messages.userEmptyBody} />}
      />
    </section>
  )
})
