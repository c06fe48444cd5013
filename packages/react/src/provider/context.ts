import type { QueryClient } from '@tanstack/react-query'
import { createContext, type MouseEvent, type ReactNode, useContext } from 'react'
import type { Formats } from '../text/format.ts'
import type { Messages } from '../text/messages.ts'
import type { LiveHub } from './live-hub.ts'

/** How the kit is coloured: `auto` follows the page (its `color-scheme`, `.dark` or `data-theme`), `system` the device. */
export type Theme = 'auto' | 'system' | 'light' | 'dark'

/** What a link of the kit is drawn with. */
export interface LinkProps {
  readonly href: string
  readonly className: string
  readonly tabIndex?: number | undefined
  readonly onClick?: ((event: MouseEvent<HTMLElement>) => void) | undefined
  readonly children: ReactNode
}

/** What every part of the kit reads. */
export interface ActivityContextValue {
  readonly url: string
  readonly tenant: string | undefined
  readonly messages: Messages
  readonly formats: Formats
  readonly theme: Theme
  readonly dir: 'ltr' | 'rtl' | undefined
  readonly icons: { readonly [name: string]: ReactNode }
  readonly live: LiveHub
  /** Keeps the kit's queries. */
  readonly queries: QueryClient
  /** A request to the service, with the host's headers and fetch. `path` is relative to the mount path. */
  request(path: string, init?: RequestInit): Promise<Response>
  /** Draws a link; the host's router may have one of its own. */
  renderLink(props: LinkProps): ReactNode
  /** The address of an event in the host's app, for "Copy link". */
  linkTo(eventId: string): string
  /** Hands the event that the page's address names to the first list that asks. */
  takeLinkedEvent(): string | null
}

export const ActivityContext = createContext<ActivityContextValue | null>(null)

/** Reads the provider's values. Throws outside of an `<ActivityProvider>`. */
export function useActivityContext(): ActivityContextValue {
  const value = useContext(ActivityContext)
  if (value === null) {
    throw new Error(
      '@whodid/react: an activity component was drawn outside of <ActivityProvider>, which gives it the service: wrap your app, or this page, in <ActivityProvider url="/activity">.',
    )
  }
  return value
}
