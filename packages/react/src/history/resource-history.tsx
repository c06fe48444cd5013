import { forwardRef, type ReactNode } from 'react'
import { LiveBadge } from '../parts/live-badge.tsx'
import { useRootProps } from '../parts/root-props.ts'
import { useActivityContext } from '../provider/context.ts'
import { Timeline, TimelineEmpty } from './timeline.tsx'
import { type ResourceHistoryOptions, useResourceHistory } from './use-resource-history.ts'

/** Props of `ResourceHistory`. */
export interface ResourceHistoryProps extends ResourceHistoryOptions {
  readonly className?: string | undefined
  /** Heading. @default "History" */
  readonly title?: ReactNode
  /** Shown when there are no events. */
  readonly empty?: ReactNode
}

/**
 * Shows the history of one resource: who did what and when, with the changes.
 *
 * @example
 * <ResourceHistory type="project" id={project.id} />
 */
export const ResourceHistory = forwardRef<HTMLElement, ResourceHistoryProps>(function ResourceHistory(props, ref) {
  const { className, title, empty } = props
  const { messages } = useActivityContext()
  const history = useResourceHistory(props)
  const root = useRootProps('whodid-card', 'whodid-history', className)
  return (
    <section ref={ref} {...root} aria-label={messages.history}>
      <header className="whodid-header">
        <h2 className="whodid-title">{title ?? messages.history}</h2>
        <span className="whodid-space" />
        <LiveBadge />
      </header>
      <Timeline
        list={history}
        subject="actor"
        empty={empty ?? <TimelineEmpty title={messages.historyEmptyTitle} body={messages.historyEmptyBody} />}
      />
    </section>
  )
})
