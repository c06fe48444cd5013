import { QueryClient } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { ActivityFilterScope } from '../filter/filter-scope.tsx'
import type { ActivityFilter } from '../filter/filter-state.ts'
import { TooltipLayer } from '../parts/controls/tooltip.tsx'
import type { IconOverrides } from '../parts/icons/icon.tsx'
import { createFormats } from '../text/format.ts'
import { type Messages, mergeMessages } from '../text/messages.ts'
import { ActivityContext, type ActivityContextValue, type LinkProps, type Theme } from './context.ts'
import { createLiveHub } from './live-hub.ts'
import { createClient, createSend, type Fetch, QUERY_DEFAULTS, type RequestHeaders, trpc } from './trpc.ts'

const LiveStream = lazy(() => import('./live-stream.tsx'))

/** Props of `ActivityProvider`. */
export interface ActivityProviderProps {
  /** Path where the service is mounted, such as `/activity`, or a full URL. */
  readonly url: string
  /** Headers for each request and the live stream, such as `{ authorization: 'Bearer …' }`, or a function returning them. */
  readonly headers?: RequestHeaders | undefined
  /** Replacement for the global `fetch`, for example to send cookies to another origin. */
  readonly fetch?: Fetch | undefined
  /** One of the viewer's tenants, or `*` for all of them. @default the viewer's first tenant */
  readonly tenant?: string | undefined
  /** BCP 47 locale of dates, numbers, lists and sentences. @default the browser's language */
  readonly locale?: string | undefined
  /** IANA time zone. @default the browser's time zone */
  readonly timeZone?: string | undefined
  /** Text direction. @default the direction of the page */
  readonly dir?: 'ltr' | 'rtl' | undefined
  /** Color scheme. @default 'auto' */
  readonly theme?: Theme | undefined
  /** Texts that replace the English ones. */
  readonly messages?: Partial<Messages> | undefined
  /** Icons by name. They replace the kit's icons or add new names. */
  readonly icons?: IconOverrides | undefined
  /** Streams new events live. @default true */
  readonly live?: boolean | undefined
  /** Query client for the kit's queries. @default a separate client, independent of the host's */
  readonly queryClient?: QueryClient | undefined
  /** Returns the URL of an event in the host's app, used by "Copy link". @default the current page with `?event=<id>` */
  readonly getEventHref?: ((eventId: string) => string) | undefined
  /** Renders links to resources, for example with the host's router. @default `<a>` */
  readonly renderLink?: ((props: LinkProps) => ReactNode) | undefined
  /** Syncs the shared filter with the page URL. @default false */
  readonly urlSync?: boolean | undefined
  /** Initial filter. */
  readonly defaultFilter?: ActivityFilter | undefined
  readonly children?: ReactNode
}

const NO_ICONS: IconOverrides = {}

/** URL parameter with the id of the event to open. */
const EVENT_PARAMETER = 'event'

function getDefaultEventHref(eventId: string): string {
  const address = new URL(globalThis.location.href)
  address.searchParams.set(EVENT_PARAMETER, eventId)
  return address.href
}

/**
 * Connects the activity components below it to the service. Wrap your app, or a page, in it once.
 *
 * @example
 * <ActivityProvider url="/activity"><ActivityFeed /></ActivityProvider>
 */
export function ActivityProvider(props: ActivityProviderProps): ReactNode {
  const { tenant, timeZone, dir, theme = 'auto', live = true, getEventHref, urlSync, defaultFilter } = props
  const renderLink = props.renderLink ?? renderPlainLink
  const url = props.url.replace(/\/+$/, '')
  const address = toAbsoluteUrl(url)
  const locale = props.locale ?? globalThis.navigator?.language ?? 'en'
  const icons = props.icons ?? NO_ICONS

  const host = useRef({ fetch: props.fetch, headers: props.headers, getEventHref })
  useEffect(() => {
    host.current = { fetch: props.fetch, headers: props.headers, getEventHref }
  })

  const [defaultQueryClient] = useState(() => new QueryClient(QUERY_DEFAULTS))
  const [liveHub] = useState(createLiveHub)
  const [linkedEvent] = useState(() => ({ isConsumed: false }))
  const [send] = useState(() => createSend(() => host.current))
  const queryClient = props.queryClient ?? defaultQueryClient
  const client = useMemo(() => createClient(address, send), [address, send])
  const messages = useMemo(() => mergeMessages(props.messages), [props.messages])
  const formats = useMemo(() => createFormats(locale, timeZone), [locale, timeZone])

  const value = useMemo<ActivityContextValue>(
    () => ({
      url,
      tenant,
      messages,
      formats,
      theme,
      dir,
      icons,
      liveHub,
      queryClient,
      request: (path, init) => send(`${address}${path}`, init),
      renderLink,
      getEventHref: (id) => (host.current.getEventHref ?? getDefaultEventHref)(id),
      consumeLinkedEvent() {
        if (linkedEvent.isConsumed || typeof globalThis.location === 'undefined') return null
        linkedEvent.isConsumed = true
        return new URLSearchParams(globalThis.location.search).get(EVENT_PARAMETER)
      },
    }),
    [url, address, tenant, messages, formats, theme, dir, icons, liveHub, queryClient, send, renderLink, linkedEvent],
  )

  return (
    <trpc.Provider client={client} queryClient={queryClient}>
      <ActivityContext.Provider value={value}>
        {live && (
          <Suspense fallback={null}>
            <LiveStream address={address} send={send} />
          </Suspense>
        )}
        <TooltipLayer>
          <ActivityFilterScope defaultFilter={defaultFilter} urlSync={urlSync}>
            {props.children}
          </ActivityFilterScope>
        </TooltipLayer>
      </ActivityContext.Provider>
    </trpc.Provider>
  )
}

function renderPlainLink(props: LinkProps): ReactNode {
  return <a {...props} />
}

/** Makes the URL absolute, as event streams require. Server rendering has no origin and fetches nothing. */
function toAbsoluteUrl(url: string): string {
  const origin = globalThis.location?.origin
  return origin === undefined || /^https?:/.test(url) ? url : origin + url
}
