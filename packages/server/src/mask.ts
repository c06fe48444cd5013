import { type Json, type JsonObject, type Person, REDACTED, type StoredEvent } from '@whodid/core'

/** Hides the fields a viewer may not see. */
export type Mask = (event: StoredEvent) => StoredEvent

/**
 * Makes a mask of paths such as `context.ip`, `actor` or `metadata.salary`: what stands at a path, and all below it,
 * is `[redacted]`. Names of a closed set (an actor's type, a status, a channel) stay, since they say what a thing is.
 */
export const createMask = (paths: readonly string[]): Mask => {
  if (paths.length === 0) return (event) => event
  const hidden = (path: string) => isMasked(paths, path)
  return (event) => {
    const redacted: string[] = [...event.redacted]
    const pointer = (path: readonly string[]) =>
      `/${path.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`
    const hide = <T extends string | null | undefined>(path: readonly string[], value: T): T | string => {
      if (value === null || value === undefined || !hidden(path.join('.'))) return value
      redacted.push(pointer(path))
      return REDACTED
    }
    const person = (path: string, value: Person | undefined): Person | undefined =>
      value && { id: hide(['actor', path, 'id'], value.id), name: hide(['actor', path, 'name'], value.name) }
    const json = (path: readonly string[], value: Json): Json => {
      if (hidden(path.join('.'))) {
        if (value === null) return value
        redacted.push(pointer(path))
        return REDACTED
      }
      return isObject(value) ? object(path, value) : value
    }
    const object = (path: readonly string[], value: JsonObject): JsonObject =>
      Object.fromEntries(Object.entries(value).map(([key, part]) => [key, json([...path, key], part)]))

    const { actor, resource, context, error } = event
    return {
      ...event,
      actor: {
        ...actor,
        id: hide(['actor', 'id'], actor.id),
        name: hide(['actor', 'name'], actor.name),
        email: hide(['actor', 'email'], actor.email),
        onBehalfOf: person('onBehalfOf', actor.onBehalfOf),
        impersonatedBy: person('impersonatedBy', actor.impersonatedBy),
      },
      resource: {
        ...resource,
        id: hide(['resource', 'id'], resource.id),
        name: hide(['resource', 'name'], resource.name),
        href: hidden('resource.href') || hidden('resource.id') ? null : resource.href,
      },
      scope: Object.fromEntries(
        Object.entries(event.scope).map(([level, entry]) => [
          level,
          { id: hide(['scope', level, 'id'], entry.id), name: hide(['scope', level, 'name'], entry.name) },
        ]),
      ),
      description: hide(['description'], event.description),
      changes: event.changes.map((change, index) => ({
        path: change.path,
        from: change.from === undefined ? undefined : json(['changes', String(index), 'from'], change.from),
        to: change.to === undefined ? undefined : json(['changes', String(index), 'to'], change.to),
      })),
      metadata: object(['metadata'], event.metadata),
      error: error && {
        status: error.status,
        code: hide(['error', 'code'], error.code),
        message: hide(['error', 'message'], error.message),
      },
      context: {
        ...context,
        ip: hide(['context', 'ip'], context.ip),
        userAgent: hide(['context', 'userAgent'], context.userAgent),
        requestId: hide(['context', 'requestId'], context.requestId),
        traceId: hide(['context', 'traceId'], context.traceId),
        method: hide(['context', 'method'], context.method),
        route: hide(['context', 'route'], context.route),
      },
      redacted,
    }
  }
}

/** Whether a path is masked, by itself or with something above it. */
export const isMasked = (paths: readonly string[], path: string): boolean =>
  paths.some((masked) => masked === path || path.startsWith(`${masked}.`))

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
