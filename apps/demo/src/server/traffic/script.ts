import { type NewEvent, newId } from '@whodid/core'
import type { Player } from './cast.ts'
import { SYSTEM_PLAYER } from './cast.ts'

type Extra = Partial<Omit<NewEvent, 'action' | 'actor' | 'resource' | 'id' | 'context'>> & { readonly route?: string }

/** Writes down what happens in a made-up week. Times are milliseconds. */
export interface Script {
  readonly events: NewEvent[]
  /** Adds an event and gives its id. `resource` is `type:id:name`, with colons in the name as they are. */
  add(at: number, player: Player, action: string, resource: string, extra?: Extra): string
  /** The same by the system, because of another event. */
  follow(at: number, causedBy: string | null, action: string, resource: string, extra?: Extra): string
}

export function createScript(tenantId: string): Script {
  const events: NewEvent[] = []

  function add(at: number, { actor, context }: Player, action: string, resource: string, extra: Extra = {}): string {
    const [type = '', id = '', ...name] = resource.split(':')
    const eventId = newId(Math.round(at))
    const { route, ...facts } = extra
    const [method, path] = route?.split(' ') ?? []
    events.push({
      ...facts,
      id: eventId,
      tenantId,
      action,
      actor,
      resource: { type, id: id || null, ...(name.length > 0 && { name: name.join(':') }) },
      context: { ...context, ...(method && { method }), ...(path && { route: path }) },
    })
    return eventId
  }

  return {
    events,
    add,
    follow: (at, causedBy, action, resource, extra) => add(at, SYSTEM_PLAYER, action, resource, { ...extra, causedBy }),
  }
}

/** One changed value, as events list it. */
export function changed(path: string, from: string | number | null, to: string | number | null) {
  return {
    changes: [{ path, from, to }],
  }
}

/** A refusal or a crash, as events tell it. */
export function failure(status: number, message: string) {
  return { status: 'failure' as const, error: { status, message } }
}
