import type { Decorator, Loader } from '@storybook/react-vite'
import type { NewEvent, Permission, StoredEvent } from '@whodid/core'
import { ActivityProvider, type ActivityProviderProps } from '@whodid/react'
import type { ListOutput } from '@whodid/server'
import type { Scenario } from './events.ts'
import { type Condition, type Line, lineTo, record, tenantOf } from './service.ts'

/** What stands around a story: its parameter `activity`. */
export interface Setting
  extends Pick<ActivityProviderProps, 'dir' | 'locale' | 'theme' | 'messages' | 'icons' | 'live'> {
  /** What has happened in its tenant. @default 'many' */
  readonly events?: Scenario
  /** Whether the tenant is the story's own, since its play function changes it. @default false */
  readonly own?: boolean
  /** How its service does. @default 'working' */
  readonly service?: Condition
  /** What its viewer may do. @default everything but ingest and admin */
  readonly permissions?: readonly Permission[]
  /** Which of its events the story is handed, as a query of `/api/v1/events`. @default none */
  readonly given?: string
}

/** Sets what stands around a story. */
export function activity(setting: Setting): { activity: Setting } {
  return { activity: setting }
}

/** What a play function changes behind the back of the component. */
export interface Stage {
  readonly tenant: string
  readonly fetch: typeof fetch
  /** The events that the story is handed. */
  readonly given: readonly StoredEvent[]
  /** Asks the service, over REST: `/events?limit=1`. */
  ask<T>(path: string): Promise<T>
  /** Makes a broken or silent service work from now on. */
  mend(): void
  /** Records events in the story's tenant. */
  record(...events: NewEvent[]): Promise<void>
}

interface Surroundings {
  readonly parameters: { readonly activity?: Setting }
  readonly loaded: { readonly stage?: Stage }
}

function settingOf({ parameters }: Pick<Surroundings, 'parameters'>): Setting {
  return parameters.activity ?? {}
}

/** The stage of a story, for its play function. */
export function stageOf({ loaded }: Pick<Surroundings, 'loaded'>): Stage {
  if (!loaded.stage) throw new Error('The loader of the stage has not run.')
  return loaded.stage
}

async function ask<T>(line: Line, path: string): Promise<T> {
  const response = await line.fetch(`/activity/api/v1${path}`)
  if (!response.ok) throw new Error(await response.text())
  return response.json()
}

/** Makes the story's tenant before the story is drawn. */
export const withStage: Loader = async (context) => {
  const { events = 'many', own = false, service = 'working', permissions, given } = settingOf(context)
  const tenant = await tenantOf(events, own)
  const line = lineTo(tenant, service, permissions)
  const stage: Stage = {
    tenant,
    ...line,
    given: given === undefined ? [] : (await ask<ListOutput>(lineTo(tenant, 'working'), `/events?${given}`)).items,
    ask: (path) => ask(line, path),
    record: (...newest) => record(tenant, newest),
  }
  return { stage }
}

/** Gives the story the provider, on a page of its theme. */
export const withProvider: Decorator = (Story, context) => {
  const { theme = context.globals.theme, dir = context.globals.dir, locale = 'en', ...setting } = settingOf(context)
  const { tenant, fetch } = stageOf(context)
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
        messages={setting.messages}
        icons={setting.icons}
        live={setting.live}
      >
        <Story />
      </ActivityProvider>
    </div>
  )
}
