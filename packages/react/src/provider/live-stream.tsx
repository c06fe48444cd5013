import { createTRPCClient, httpSubscriptionLink } from '@trpc/client'
import type { AppRouter } from '@whodid/server'
import { EventSource } from 'eventsource'
import { useEffect, useRef } from 'react'
import { addEvent } from '../events/add-event.ts'
import { readListsAnew } from '../events/refetch-lists.ts'
import { useActivityContext } from './context.ts'
import { isRefusal, type Send, trpc } from './trpc.ts'
import { useCatalog } from './use-service.ts'

/** How long to wait before a stream that ended is begun again, in milliseconds: longer each time, to half a minute. */
const WAITS = [500, 2_000, 5_000, 15_000, 30_000] as const
/** How long arrivals are gathered before the unread ones are counted anew, in milliseconds. */
const COUNT_REST = 300

/**
 * The provider's one event stream, shared by all components below it, and read by fetch so that headers go with it. New
 * events go into every cached list that they belong to. The stream resumes after the last event it had; when it begins
 * with nothing to resume from, lists that were asked for before are read again, so that nothing falls between. Loaded after
 * the first rows have been asked for.
 */
export default function LiveStream({ address, send }: { address: string; send: Send }): null {
  const { live, queries, tenant } = useActivityContext()
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
            // What the stream hands over is what fetch takes, under wider types.
            fetch: (input, init) => send(input, { ...init, signal: init.signal as AbortSignal }),
          },
        }),
      ],
    })
    let lastEventId: string | undefined
    let failures = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    let counting: ReturnType<typeof setTimeout> | undefined
    let stream: { unsubscribe(): void } | undefined

    const begin = () => {
      live.setStatus('connecting')
      stream = client.follow.subscribe(
        { ...(tenant === undefined ? {} : { tenant }), ...(lastEventId === undefined ? {} : { lastEventId }) },
        {
          onStarted() {
            failures = 0
            live.setStatus('live')
            if (lastEventId !== undefined) return
            readListsAnew(queries)
            void latest.current.utils.inbox.count.invalidate()
          },
          onData({ id, data: event }) {
            lastEventId = id
            addEvent(queries, event, latest.current.catalog)
            live.publish(event)
            counting ??= setTimeout(() => {
              counting = undefined
              void latest.current.utils.inbox.count.invalidate()
            }, COUNT_REST)
          },
          onConnectionStateChange({ state }) {
            if (state !== 'idle') live.setStatus(state === 'pending' ? 'live' : 'connecting')
          },
          onComplete: again,
          onError(error) {
            if (isRefusal(error)) live.setStatus('failed')
            else again()
          },
        },
      )
    }
    const again = () => {
      live.setStatus('connecting')
      clearTimeout(timer)
      timer = setTimeout(begin, WAITS[Math.min(failures, WAITS.length - 1)])
      failures += 1
    }
    begin()

    return () => {
      clearTimeout(timer)
      clearTimeout(counting)
      stream?.unsubscribe()
      clearTimeout(timer)
      live.setStatus('off')
    }
  }, [address, send, live, queries, tenant])

  return null
}
