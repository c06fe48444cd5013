import { type Json, type JsonObject, type Person, REDACTED, type StoredEvent } from '@whodid/core'
import { foldText } from '@whodid/core/filter'

/**
 * Creates a function that replaces the values at paths such as `context.ip`, `actor` or `metadata.salary`, and everything below
 * them, with `[redacted]`. It also replaces a description that mentions one of these values. Values of an enum, such as the
 * actor's type, the status or the channel, remain.
 */
export function createMask(paths: readonly string[]): (event: StoredEvent) => StoredEvent {
  const isHidden = (path: string) => isMasked(paths, path)
  return (event) => {
    const redacted: string[] = [...event.redacted]
    const maskedValues: Json[] = []
    const toPointer = (path: readonly string[]) =>
      `/${path.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`
    const maskValue = <T extends string | null | undefined>(path: readonly string[], value: T): T | string => {
      if (value === null || value === undefined || !isHidden(path.join('.'))) return value
      redacted.push(toPointer(path))
      maskedValues.push(value)
      return REDACTED
    }
    const maskName = (path: readonly string[], name: string | undefined) => {
      const visible = maskValue(path, name)
      // A description may contain only a part of the name.
      if (visible !== name) maskedValues.push(name?.split(/\s+/u) ?? null)
      return visible
    }
    const maskPerson = (path: string, value: Person | undefined): Person | undefined =>
      value && { id: maskValue(['actor', path, 'id'], value.id), name: maskName(['actor', path, 'name'], value.name) }
    // A number cannot hold the text `[redacted]`, so it is removed.
    const maskNumber = (path: readonly string[], value: number | undefined) =>
      maskValue(path, value === undefined ? undefined : String(value)) === REDACTED ? undefined : value
    const maskJson = (path: readonly string[], value: Json): Json => {
      if (isHidden(path.join('.'))) {
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
    const visible: StoredEvent = {
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
        href: isHidden('resource.href') || isHidden('resource.id') ? null : resource.href,
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
    if (visible.description === REDACTED || !mentionsAny(event.description, maskedValues)) return visible
    redacted.push(toPointer(['description']))
    return { ...visible, description: REDACTED }
  }
}

// A description may truncate a long value, so only the beginning is compared.
const MAX_COMPARED_LENGTH = 64

/** Checks if a text mentions one of these values. Any digit counts as a mention of a number, which has many formats. */
function mentionsAny(text: string, values: readonly Json[]): boolean {
  const folded = foldText(text)
  const includesText = (value: string): boolean => {
    const beginning = foldText(value).slice(0, MAX_COMPARED_LENGTH).trim()
    return beginning !== '' && folded.includes(beginning)
  }
  const mentions = (value: Json): boolean => {
    if (value === null) return false
    // Strings inside an object appear as JSON.
    if (typeof value === 'string') return includesText(value) || includesText(JSON.stringify(value).slice(1, -1))
    if (typeof value === 'number') return /\p{N}/u.test(text)
    if (typeof value === 'boolean') return includesText(String(value))
    return Array.isArray(value)
      ? value.some(mentions)
      : Object.entries(value).some(([key, part]) => includesText(key) || mentions(part))
  }
  return values.some(mentions)
}

/** The members of an event that a sentence template can refer to. */
const DESCRIBED_MEMBERS = ['actor', 'resource', 'scope', 'changes', 'metadata', 'error', 'context']

/** Checks if descriptions could reveal a masked value, or are masked themselves. */
export function canDescriptionReveal(paths: readonly string[]): boolean {
  return paths.some((path) => path === 'description' || DESCRIBED_MEMBERS.some((member) => isMasked([member], path)))
}

/** Checks if a path, or a path above it, is masked. */
export function isMasked(paths: readonly string[], path: string): boolean {
  return paths.some((masked) => masked === path || path.startsWith(`${masked}.`))
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
