import { foldText, type Json, type JsonObject, type Person, REDACTED, type StoredEvent } from '@whodid/core'

/** Hides the fields a viewer may not see. */
export type Mask = (event: StoredEvent) => StoredEvent

/**
 * Makes a mask of paths such as `context.ip`, `actor` or `metadata.salary`: what stands at a path, and all below it,
 * is `[redacted]`, and so is a description that says any of it. Names of a closed set (an actor's type, a status, a channel)
 * stay, since they say what a thing is.
 */
export function createMask(paths: readonly string[]): Mask {
  if (paths.length === 0) return (event) => event
  const hidden = (path: string) => isMasked(paths, path)
  return (event) => {
    const redacted: string[] = [...event.redacted]
    const taken: Json[] = []
    const pointer = (path: readonly string[]) =>
      `/${path.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`
    const hide = <T extends string | null | undefined>(path: readonly string[], value: T): T | string => {
      if (value === null || value === undefined || !hidden(path.join('.'))) return value
      redacted.push(pointer(path))
      taken.push(value)
      return REDACTED
    }
    const nameOf = (path: readonly string[], name: string | undefined) => {
      const shown = hide(path, name)
      // A sentence may call somebody by a part of their name.
      if (shown !== name) taken.push(name?.split(/\s+/u) ?? null)
      return shown
    }
    const person = (path: string, value: Person | undefined): Person | undefined =>
      value && { id: hide(['actor', path, 'id'], value.id), name: nameOf(['actor', path, 'name'], value.name) }
    // What must be a number cannot say that it is hidden, so it is left out.
    const numberOf = (path: readonly string[], value: number | undefined) =>
      hide(path, value === undefined ? undefined : String(value)) === REDACTED ? undefined : value
    const json = (path: readonly string[], value: Json): Json => {
      if (hidden(path.join('.'))) {
        if (value === null) return value
        redacted.push(pointer(path))
        taken.push(value)
        return REDACTED
      }
      return isObject(value) ? object(path, value) : value
    }
    const object = (path: readonly string[], value: JsonObject): JsonObject =>
      Object.fromEntries(Object.entries(value).map(([key, part]) => [key, json([...path, key], part)]))

    const { actor, resource, context, error } = event
    const shown: StoredEvent = {
      ...event,
      actor: {
        ...actor,
        id: hide(['actor', 'id'], actor.id),
        name: nameOf(['actor', 'name'], actor.name),
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
        status: numberOf(['error', 'status'], error.status),
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
    if (shown.description === REDACTED || !says(event.description, taken)) return shown
    redacted.push(pointer(['description']))
    return { ...shown, description: REDACTED }
  }
}

/** Of a long value a description may have the beginning alone. */
const BEGINNING = 64

/** Whether a text has one of these values in it, or might have: a number is written in many ways. */
function says(text: string, values: readonly Json[]): boolean {
  const folded = foldText(text)
  const has = (value: string): boolean => {
    const beginning = foldText(value).slice(0, BEGINNING).trim()
    return beginning !== '' && folded.includes(beginning)
  }
  const saysAny = (value: Json): boolean => {
    if (value === null) return false
    // What is inside of an object is written as JSON.
    if (typeof value === 'string') return has(value) || has(JSON.stringify(value).slice(1, -1))
    if (typeof value === 'number') return /\p{N}/u.test(text)
    if (typeof value === 'boolean') return has(String(value))
    return Array.isArray(value)
      ? value.some(saysAny)
      : Object.entries(value).some(([key, part]) => has(key) || saysAny(part))
  }
  return values.some(saysAny)
}

/** Members of an event whose values a description may say: those of which a template may name a part that can be masked. */
const SAID = ['actor', 'resource', 'scope', 'changes', 'metadata', 'error', 'context']

/** Whether a description may say what is masked, or is masked itself. */
export function mayDescriptionTell(paths: readonly string[]): boolean {
  return paths.some((path) => path === 'description' || SAID.some((member) => isMasked([member], path)))
}

/** Whether a path is masked, by itself or with something above it. */
export function isMasked(paths: readonly string[], path: string): boolean {
  return paths.some((masked) => masked === path || path.startsWith(`${masked}.`))
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
