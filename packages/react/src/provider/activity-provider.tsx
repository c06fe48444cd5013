import { QueryClient } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { FilterScopeProvider } from '../filter/filter-scope.tsx'
import type { ActivityFilter } from '../filter/filter-state.ts'
import { TooltipLayer } from '../parts/controls/tooltip.tsx'
import type { IconOverrides } from '../parts/icons/icon.tsx'
import { createFormats } from '../text/format.ts'
import { type Messages, messagesWith } from '../text/messages.ts'
import { ActivityContext, type ActivityContextValue, type LinkProps, type Theme } from './context.ts'
import { createLiveHub } from './live-hub.ts'
import { createClient, createSend, type Fetch, QUERY_DEFAULTS, type RequestHeaders, trpc } from './trpc.ts'

const LiveStream = lazy(() => import('./live-stream.tsx'))

export interface ActivityProviderProps {
  /** Where the service is mounted: `/activity`, or a full address. */
  readonly url: string
  /** Sent with each request, the live stream's too: `{ authorization: 'Bearer …' }`, or a function that gives them. */
  readonly headers?: RequestHeaders | undefined
  /** Replaces the platform's `fetch`, for example to send cookies to another origin. */
  readonly fetch?: Fetch | undefined
  /** One of the viewer's tenants, or `*` for all of them. @default the viewer's first */
  readonly tenant?: string | undefined
  /** A BCP 47 tag for dates, numbers, lists and sentences. @default the browser's language */
  readonly locale?: string | undefined
  /** An IANA time zone. @default the browser's */
  readonly timeZone?: string | undefined
  /** The direction of the text, where it is not the page's own. */
  readonly dir?: 'ltr' | 'rtl' | undefined
  /** @default 'auto' */
  readonly theme?: Theme | undefined
  /** Words to use in place of the English ones. */
  readonly messages?: Partial<Messages> | undefined
  /** Icons to use in place of the kit's, by name, and for names that the kit does not know. */
  readonly icons?: IconOverrides | undefined
  /** Whether new events arrive by themselves. @default true */
  readonly live?: boolean | undefined
  /** Keeps the kit's queries. @default one of its own, so that the host's is left alone */
  readonly queryClient?: QueryClient | undefined
  /** The address of an event in the host's app, for "Copy link". @default this page with `?event=<id>` */
  readonly linkTo?: ((eventId: string) => string) | undefined
  /** Draws links to resources, for example with the host's router. @default `<a>` */
  readonly renderLink?: ((props: LinkProps) => ReactNode) | undefined
  /** Keeps the shared filter in the address of the page. @default false */
  readonly urlSync?: boolean | undefined
  /** The filter that the page begins with. */
  readonly defaultFilter?: ActivityFilter | undefined
  readonly children?: ReactNode
}

const NO_ICONS: IconOverrides = {}

/** The parameter of the page's address that names the event to open. */
const EVENT_PARAMETER = 'event'

function linkOnThisPage(eventId: string): string {
  const address = new URL(globalThis.location.href)
  address.searchParams.set(EVENT_PARAMETER, eventId)
  return address.href
}

/**
 * Gives every activity component below it the service: put it once around your app, or around a page.
 *
 * @example
 * <ActivityProvider url="/activity"><ActivityFeed /></ActivityProvider>
 */
export function ActivityProvider(props: ActivityProviderProps): ReactNode {
  const { tenant, timeZone, dir, theme = 'auto', live = true, queryClient, linkTo, urlSync, defaultFilter } = props
  const renderLink = props.renderLink ?? plainLink
  const url = props.url.replace(/\/+$/, '')
  const address = absolute(url)
  const locale = props.locale ?? globalThis.navigator?.language ?? 'en'
  const icons = props.icons ?? NO_ICONS

  const host = useRef({ fetch: props.fetch, headers: props.headers, linkTo })
  useEffect(() => {
    host.current = { fetch: props.fetch, headers: props.headers, linkTo }
  })

  const [ownQueries] = useState(() => new QueryClient(QUERY_DEFAULTS))
  const [hub] = useState(createLiveHub)
  const [linked] = useState(() => ({ taken: false }))
  const [send] = useState(() => createSend(() => host.current))
  const queries = queryClient ?? ownQueries
  const client = useMemo(() => createClient(address, send), [address, send])
  const messages = useMemo(() => messagesWith(props.messages), [props.messages])
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
      live: hub,
      queries,
      request: (path, init) => send(`${address}${path}`, init),
      renderLink,
      linkTo: (id) => (host.current.linkTo ?? linkOnThisPage)(id),
      takeLinkedEvent() {
        if (linked.taken || typeof globalThis.location === 'undefined') return null
        linked.taken = true
        return new URLSearchParams(globalThis.location.search).get(EVENT_PARAMETER)
      },
    }),
    [url, address, tenant, messages, formats, theme, dir, icons, hub, queries, send, renderLink, linked],
  )

  return (
    <trpc.Provider client={client} queryClient={queries}>
      <ActivityContext.Provider value={value}>
        {live && (
          <Suspense fallback={null}>
            <LiveStream address={address} send={send} />
          </Suspense>
        )}
        <TooltipLayer>
          <FilterScopeProvider defaultFilter={defaultFilter} urlSync={urlSync}>
            {props.children}
          </FilterScopeProvider>
        </TooltipLayer>
      </ActivityContext.Provider>
    </trpc.Provider>
  )
}

function plainLink(props: LinkProps): ReactNode {
  return <a {...props} />
}

/** Event streams need a full address; on a server there is none, and nothing is fetched there. */
function absolute(url: string): string {
  const origin = globalThis.location?.origin
  return origin === undefined || /^https?:/.test(url) ? url : origin + url
}
