import type { Decorator, Loader } from '@storybook/react-vite'
import type { NewEvent, Permission, StoredEvent } from '@whodid/core'
import { ActivityProvider, type ActivityProviderProps } from '@whodid/react'
import type { ListOutput } from '@whodid/server'
import type { Scenario } from './events.ts'
import { type Connection, connect, getTenant, record, type ServiceState } from './service.ts'

/** Options of a story, in its `activity` parameter. */
export interface StoryOptions
  extends Pick<ActivityProviderProps, 'dir' | 'locale' | 'theme' | 'messages' | 'icons' | 'live'> {
  /** Events in the story's tenant. @default 'many' */
  readonly events?: Scenario
  /** Uses a separate tenant, for stories whose play function changes data. @default false */
  readonly isolated?: boolean
  /** State of the service. @default 'working' */
  readonly service?: ServiceState
  /** Permissions of the viewer. @default all but ingest and admin */
  readonly permissions?: readonly Permission[]
  /** Query of `/api/v1/events` whose results are in `stage.events`. @default none */
  readonly query?: string
}

/** Returns the parameters that set a story's options. */
export function activity(options: StoryOptions): { activity: StoryOptions } {
  return { activity: options }
}

/** The service behind a story, for its play function. */
export interface Stage {
  readonly tenant: string
  readonly fetch: typeof fetch
  /** Results of the story's `query`. */
  readonly events: readonly StoredEvent[]
  /** Sends a REST request, such as `/events?limit=1`. */
  get<T>(path: string): Promise<T>
  /** Makes a broken or silent service work again. */
  recover(): void
  /** Records events in the story's tenant. */
  record(...events: NewEvent[]): Promise<void>
}

interface StoryContext {
  readonly parameters: { readonly activity?: StoryOptions }
  readonly loaded: { readonly stage?: Stage }
}

function getOptions({ parameters }: Pick<StoryContext, 'parameters'>): StoryOptions {
  return parameters.activity ?? {}
}

/** Returns the stage of a story. */
export function getStage({ loaded }: Pick<StoryContext, 'loaded'>): Stage {
  if (!loaded.stage) throw new Error('The stage has not been loaded.')
  return loaded.stage
}

async function get<T>(connection: Connection, path: string): Promise<T> {
  const response = await connection.fetch(`/activity/api/v1${path}`)
  if (!response.ok) throw new Error(await response.text())
  return response.json()
}

/** Creates the story's tenant before the story renders. */
export const withStage: Loader = async (context) => {
  const { events = 'many', isolated = false, service = 'working', permissions, query } = getOptions(context)
  const tenant = await getTenant(events, isolated)
  const connection = connect(tenant, service, permissions)
  const stage: Stage = {
    tenant,
    ...connection,
    events: query === undefined ? [] : (await get<ListOutput>(connect(tenant, 'working'), `/events?${query}`)).items,
    get: (path) => get(connection, path),
    record: (...newEvents) => record(tenant, newEvents),
  }
  return { stage }
}

/** Wraps the story in the provider, on a page with its theme. */
export const withProvider: Decorator = (Story, context) => {
  const { theme = context.globals.theme, dir = context.globals.dir, locale = 'en', ...options } = getOptions(context)
  const { tenant, fetch } = getStage(context)
  return (
    <div className="stage" data-theme={theme} dir={dir}>
      <ActivityProvider
        key={tenant}
        url="/activity"
        tenant={tenant}
        fetch={fetch}
        theme={theme}
        dir={dir}
        locale={locale}
        messages={options.messages}
        icons={options.icons}
        live={options.live}
      >
        <Story />
      </ActivityProvider>
    </div>
  )
}
