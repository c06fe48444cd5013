import { type NewEvent, newId } from '@whodid/core'
import type { Persona } from './personas.ts'
import { SYSTEM_PERSONA } from './personas.ts'

type EventDetails = Partial<Omit<NewEvent, 'action' | 'actor' | 'resource' | 'id' | 'context'>> & {
  readonly route?: string
}

/** Collects the events of the simulated week. Times are in milliseconds. */
export interface EventLog {
  readonly events: NewEvent[]
  /** Adds an event and returns its id. `resource` is `type:id:name`. The name may contain colons. */
  add(at: number, persona: Persona, action: string, resource: string, details?: EventDetails): string
  /** Adds an event by the system, caused by another event. */
  addCausedBy(at: number, causedBy: string | null, action: string, resource: string, details?: EventDetails): string
}

export function createEventLog(tenantId: string): EventLog {
  const events: NewEvent[] = []

  function add(
    at: number,
    { actor, context }: Persona,
    action: string,
    resource: string,
    details: EventDetails = {},
  ): string {
    const [type = '', id = '', ...name] = resource.split(':')
    const eventId = newId(Math.round(at))
    const { route, ...fields } = details
    const [method, path] = route?.split(' ') ?? []
    events.push({
      ...fields,
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
    addCausedBy: (at, causedBy, action, resource, details) =>
      add(at, SYSTEM_PERSONA, action, resource, { ...details, causedBy }),
  }
}

/** Returns the `changes` of one changed value. */
export function toChanges(path: string, from: string | number | null, to: string | number | null) {
  return {
    changes: [{ path, from, to }],
  }
}

/** Returns the fields of a failed event. */
export function failure(status: number, message: string) {
  return { status: 'failure' as const, error: { status, message } }
}
