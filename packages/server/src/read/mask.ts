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
    const maskedValues: Json[] = []
    const toPointer = (path: readonly string[]) =>
      `/${path.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`
    const maskValue = <T extends string | null | undefined>(path: readonly string[], value: T): T | string => {
      if (value === null || value === undefined || !hidden(path.join('.'))) return value
      redacted.push(toPointer(path))
      maskedValues.push(value)
      return REDACTED
    }
    const maskName = (path: readonly string[], name: string | undefined) => {
      const shown = maskValue(path, name)
      // A sentence may call somebody by a part of their name.
      if (shown !== name) maskedValues.push(name?.split(/\s+/u) ?? null)
      return shown
    }
    const maskPerson = (path: string, value: Person | undefined): Person | undefined =>
      value && { id: maskValue(['actor', path, 'id'], value.id), name: maskName(['actor', path, 'name'], value.name) }
    // What must be a number cannot say that it is hidden, so it is left out.
    const maskNumber = (path: readonly string[], value: number | undefined) =>
      maskValue(path, value === undefined ? undefined : String(value)) === REDACTED ? undefined : value
    const maskJson = (path: readonly string[], value: Json): Json => {
      if (hidden(path.join('.'))) {
        if (value === null) return value
        redacted.push(toPointer(path))
        maskedValues.push(value)
        return REDACTED
      }
      return isObject(value) ? maskObject(path, value) : value
    }
    const maskObject = (path: readonly string[], value: JsonObject): JsonObject =>
      Object.fromEntries(Object.entries(value).map(([key, part]) => [key, maskJson([...path, key], part)]))

    const { actor, resource, context, error } = event
    const shown: StoredEvent = {
      ...event,
      actor: {
        ...actor,
        id: maskValue(['actor', 'id'], actor.id),
        name: maskName(['actor', 'name'], actor.name),
        email: maskValue(['actor', 'email'], actor.email),
        onBehalfOf: maskPerson('onBehalfOf', actor.onBehalfOf),
        impersonatedBy: maskPerson('impersonatedBy', actor.impersonatedBy),
      },
      resource: {
        ...resource,
        id: maskValue(['resource', 'id'], resource.id),
        name: maskValue(['resource', 'name'], resource.name),
        href: hidden('resource.href') || hidden('resource.id') ? null : resource.href,
      },
      scope: Object.fromEntries(
        Object.entries(event.scope).map(([level, entry]) => [
          level,
          { id: maskValue(['scope', level, 'id'], entry.id), name: maskValue(['scope', level, 'name'], entry.name) },
        ]),
      ),
      description: maskValue(['description'], event.description),
      changes: event.changes.map((change, index) => ({
        path: change.path,
        from: change.from === undefined ? undefined : maskJson(['changes', String(index), 'from'], change.from),
        to: change.to === undefined ? undefined : maskJson(['changes', String(index), 'to'], change.to),
      })),
      metadata: maskObject(['metadata'], event.metadata),
      error: error && {
        status: maskNumber(['error', 'status'], error.status),
        code: maskValue(['error', 'code'], error.code),
        message: maskValue(['error', 'message'], error.message),
      },
      context: {
        ...context,
        ip: maskValue(['context', 'ip'], context.ip),
        userAgent: maskValue(['context', 'userAgent'], context.userAgent),
        requestId: maskValue(['context', 'requestId'], context.requestId),
        traceId: maskValue(['context', 'traceId'], context.traceId),
        method: maskValue(['context', 'method'], context.method),
        route: maskValue(['context', 'route'], context.route),
      },
      redacted,
    }
    if (shown.description === REDACTED || !mentionsAny(event.description, maskedValues)) return shown
    redacted.push(toPointer(['description']))
    return { ...shown, description: REDACTED }
  }
}

/** Of a long value a description may have the beginning alone. */
const MAX_COMPARED_LENGTH = 64

/** Whether a text has one of these values in it, or might have: a number is written in many ways. */
function mentionsAny(text: string, values: readonly Json[]): boolean {
  const folded = foldText(text)
  const has = (value: string): boolean => {
    const beginning = foldText(value).slice(0, MAX_COMPARED_LENGTH).trim()
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
const DESCRIBED_MEMBERS = ['actor', 'resource', 'scope', 'changes', 'metadata', 'error', 'context']

/** Whether a description may say what is masked, or is masked itself. */
export function canDescriptionReveal(paths: readonly string[]): boolean {
  return paths.some((path) => path === 'description' || DESCRIBED_MEMBERS.some((member) => isMasked([member], path)))
}

/** Whether a path is masked, by itself or with something above it. */
export function isMasked(paths: readonly string[], path: string): boolean {
  return paths.some((masked) => masked === path || path.startsWith(`${masked}.`))
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
