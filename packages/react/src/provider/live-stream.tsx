import { createTRPCClient, httpSubscriptionLink } from '@trpc/client'
import type { AppRouter } from '@whodid/server'
import { EventSource } from 'eventsource'
import { useEffect, useRef } from 'react'
import { addEvent } from '../events/add-event.ts'
import { refetchLists } from '../events/refetch-lists.ts'
import { useActivityContext } from './context.ts'
import { isPermanentError, type Send, trpc } from './trpc.ts'
import { useCatalog } from './use-service.ts'

/** Delays before reconnecting, one per consecutive failure. */
const RETRY_DELAYS_MS = [500, 2_000, 5_000, 15_000, 30_000] as const
/** Delay before the unread count is refetched, so that a burst of events causes one request. */
const COUNT_DELAY_MS = 300

/**
 * Connects the event stream that all components below the provider share, and adds new events to the cached lists they match.
 * Uses `fetch`, so that headers are sent. The stream resumes after the last event received. Without one, the lists are
 * refetched so that no event is missed. Loaded lazily.
 */
export default function LiveStream({ address, send }: { address: string; send: Send }): null {
  const { liveHub, queryClient, tenant } = useActivityContext()
  const { catalog } = useCatalog()
  const utils = trpc.useUtils()
  const latest = useRef({ catalog, utils })
  useEffect(() => {
    latest.current = { catalog, utils }
  })

  useEffect(() => {
    const client = createTRPCClient<AppRouter>({
      links: [
        httpSubscriptionLink({
          url: `${address}/trpc`,
          EventSource,
          eventSourceOptions: {
            // The types are wider than what `fetch` accepts. The values are not.
            fetch: (input, init) => send(input, { ...init, signal: init.signal as AbortSignal }),
          },
        }),
      ],
    })
    let lastEventId: string | undefined
    let failures = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    let countTimer: ReturnType<typeof setTimeout> | undefined
    let stream: { unsubscribe(): void } | undefined

    const connect = () => {
      liveHub.setStatus('connecting')
      stream = client.follow.subscribe(
        { ...(tenant === undefined ? {} : { tenant }), ...(lastEventId === undefined ? {} : { lastEventId }) },
        {
          onStarted() {
            failures = 0
            liveHub.setStatus('live')
            if (lastEventId !== undefined) return
            refetchLists(queryClient)
            void latest.current.utils.inbox.count.invalidate()
          },
          onData({ id, data: event }) {
            lastEventId = id
            addEvent(queryClient, event, latest.current.catalog)
            liveHub.publish(event)
            countTimer ??= setTimeout(() => {
              countTimer = undefined
              void latest.current.utils.inbox.count.invalidate()
            }, COUNT_DELAY_MS)
          },
          onConnectionStateChange({ state }) {
            if (state !== 'idle') liveHub.setStatus(state === 'pending' ? 'live' : 'connecting')
          },
          onComplete: reconnect,
          onError(error) {
            if (isPermanentError(error)) liveHub.setStatus('failed')
            else reconnect()
          },
        },
      )
    }
    const reconnect = () => {
      liveHub.setStatus('connecting')
      clearTimeout(timer)
      timer = setTimeout(connect, RETRY_DELAYS_MS[Math.min(failures, RETRY_DELAYS_MS.length - 1)])
      failures += 1
    }
    connect()

    return () => {
      clearTimeout(timer)
      clearTimeout(countTimer)
      stream?.unsubscribe()
      clearTimeout(timer)
      liveHub.setStatus('off')
    }
  }, [address, send, liveHub, queryClient, tenant])

  return null
}
