import { type Actor, ANONYMOUS, EVENT_LIMITS, type EventError, type Person, type Scope } from '@whodid/core'

/** Bytes that the changes of an event may have, which leaves room for all else in it. */
export const MOST_CHANGED = 36_000

// No database takes them, and a request that could make its event unstorable would go unseen.
const NOT_STORABLE = /[\0\p{Surrogate}]/u
const NOT_STORABLE_EACH = /[\0\p{Surrogate}]/gu

/** A text as a field can hold it, in length and in characters; names and ids come from anywhere. */
export function clip(text: string, length: number): string
export function clip(text: string | null | undefined, length: number): string | undefined
export function clip(text: string | null | undefined, length: number): string | undefined {
  if (text === null || text === undefined) return undefined
  const short = text.length <= length ? text : text.slice(0, length)
  return NOT_STORABLE.test(short) ? short.replace(NOT_STORABLE_EACH, '\ufffd') : short
}

/** An actor as an event holds it, without what else the host's object has. */
export function actorWithin(actor: Actor): Actor {
  const { type, id, name, email, onBehalfOf, impersonatedBy } = actor
  if (id === '') return ANONYMOUS
  return {
    type,
    id: clip(id, EVENT_LIMITS.id),
    ...(name !== undefined && { name: clip(name, EVENT_LIMITS.name) }),
    ...(email !== undefined && { email: clip(email, EVENT_LIMITS.email) }),
    ...(onBehalfOf !== undefined && { onBehalfOf: personWithin(onBehalfOf) }),
    ...(impersonatedBy !== undefined && { impersonatedBy: personWithin(impersonatedBy) }),
  }
}

/** As many levels as an event may have, each with an id. */
export function scopeWithin(scope: Scope): Scope {
  const levels = Object.entries(scope).filter(([level, entry]) => level !== '' && String(entry.id) !== '')
  return Object.fromEntries(
    levels.slice(0, EVENT_LIMITS.scope).map(([level, entry]) => [clip(level, EVENT_LIMITS.word), personWithin(entry)]),
  )
}

function personWithin({ id, name }: Person): Person {
  return {
    id: clip(String(id), EVENT_LIMITS.id),
    ...(typeof name === 'string' && { name: clip(name, EVENT_LIMITS.name) }),
  }
}

export function errorWithin({ status, code, message }: EventError): EventError {
  const isStatus = status !== undefined && Number.isInteger(status) && status >= 0 && status <= 999
  return {
    ...(isStatus && { status }),
    ...(code !== undefined && { code: clip(code, EVENT_LIMITS.word) }),
    ...(message !== undefined && { message: clip(message, EVENT_LIMITS.message) }),
  }
}
