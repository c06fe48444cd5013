import { type NewEvent, newId } from '@whodid/core'
import type { Persona } from './personas.ts'
import { SYSTEM_PERSONA } from './personas.ts'

type EventDetails = Partial<Omit<NewEvent, 'action' | 'actor' | 'resource' | 'id' | 'context'>> & {
  readonly route?: string
}

/** Writes down what happens in a made-up week. Times are milliseconds. */
export interface EventLog {
  readonly events: NewEvent[]
  /** Adds an event and gives its id. `resource` is `type:id:name`, with colons in the name as they are. */
  add(at: number, player: Persona, action: string, resource: string, extra?: EventDetails): string
  /** The same by the system, because of another event. */
  addCausedBy(at: number, causedBy: string | null, action: string, resource: string, extra?: EventDetails): string
}

export function createEventLog(tenantId: string): EventLog {
  const events: NewEvent[] = []

  function add(
    at: number,
    { actor, context }: Persona,
    action: string,
    resource: string,
    extra: EventDetails = {},
  ): string {
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
    addCausedBy: (at, causedBy, action, resource, extra) =>
      add(at, SYSTEM_PERSONA, action, resource, { ...extra, causedBy }),
  }
}

/** One changed value, as events list it. */
export function toChanges(path: string, from: string | number | null, to: string | number | null) {
  return {
    changes: [{ path, from, to }],
  }
}

/** A refusal or a crash, as events tell it. */
export function failure(status: number, message: string) {
  return { status: 'failure' as const, error: { status, message } }
}
