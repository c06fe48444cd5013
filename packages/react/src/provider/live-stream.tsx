import { useEffect, useRef } from 'react'
import { addEvent, isListQuery } from '../events/cached-events.ts'
import { useActivityContext } from './context.ts'
import { trpc } from './trpc.ts'
import { useCatalog } from './use-service.ts'

/**
 * The provider's one event stream, shared by all components below it. New events go into every cached list that they
 * belong to. The stream resumes by itself after the last event it had; when it begins anew, with nothing to resume from,
 * lists that were asked for earlier are asked again, so that nothing falls between.
 */
export function LiveStream({ enabled }: { enabled: boolean }): null {
  const { live, queries, tenant } = useActivityContext()
  const { catalog } = useCatalog()
  const utils = trpc.useUtils()
  const resumable = useRef(false)

  const { status } = trpc.follow.useSubscription(tenant === undefined ? {} : { tenant }, {
    enabled,
    onStarted() {
      if (resumable.current) return
      void queries.invalidateQueries({
        predicate: (query) => isListQuery(query.queryKey) && query.state.data !== undefined,
      })
    },
    onData({ data: event }) {
      resumable.current = true
      addEvent(queries, event, catalog)
      void utils.inbox.count.invalidate()
      live.publish(event)
    },
  })

  useEffect(() => {
    live.setStatus(
      enabled ? ({ idle: 'off', connecting: 'connecting', pending: 'live', error: 'failed' } as const)[status] : 'off',
    )
  }, [live, enabled, status])

  return null
}
