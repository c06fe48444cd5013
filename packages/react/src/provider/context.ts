import type { QueryClient } from '@tanstack/react-query'
import { createContext, type MouseEvent, type ReactNode, useContext } from 'react'
import type { Formats } from '../text/format.ts'
import type { Messages } from '../text/messages.ts'
import type { LiveHub } from './live-hub.ts'

/** Color scheme: `auto` follows the page (its `color-scheme`, `.dark` or `data-theme`), `system` follows the device. */
export type Theme = 'auto' | 'system' | 'light' | 'dark'

/** Props of a link rendered by the kit. */
export interface LinkProps {
  readonly href: string
  readonly className: string
  readonly tabIndex?: number | undefined
  readonly onClick?: ((event: MouseEvent<HTMLElement>) => void) | undefined
  readonly children: ReactNode
}

/** Values that the provider shares with all components. */
export interface ActivityContextValue {
  readonly url: string
  readonly tenant: string | undefined
  readonly messages: Messages
  readonly formats: Formats
  readonly theme: Theme
  readonly dir: 'ltr' | 'rtl' | undefined
  readonly icons: { readonly [name: string]: ReactNode }
  readonly liveHub: LiveHub
  /** Client of the kit's queries. */
  readonly queryClient: QueryClient
  /** Sends a request to the service with the host's headers and `fetch`. `path` is relative to the mount path. */
  request(path: string, init?: RequestInit): Promise<Response>
  /** Renders a link, with the host's router if it provides one. */
  renderLink(props: LinkProps): ReactNode
  /** Returns the URL of an event in the host's app, used by "Copy link". */
  getEventHref(eventId: string): string
  /** Returns the id of the event in the page URL to the first caller, and null afterwards. */
  consumeLinkedEvent(): string | null
}

export const ActivityContext = createContext<ActivityContextValue | null>(null)

/** Returns the provider's values. Throws outside of `<ActivityProvider>`. */
export function useActivityContext(): ActivityContextValue {
  const value = useContext(ActivityContext)
  if (value === null) {
    throw new Error(
      '@whodid/react: activity components must be inside <ActivityProvider>. Wrap your app or page in <ActivityProvider url="/activity">.',
    )
  }
  return value
}
