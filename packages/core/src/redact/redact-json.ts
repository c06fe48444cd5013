import { type Json, type JsonObject, REDACTED } from '../event/event.ts'
import { isCardNumber, isSecretValue, redactText } from './secrets.ts'
import { isSecretPair, PAIR_VALUES, setProperty, toStorableText } from './to-json.ts'

type SecretMatcher = (name: string) => boolean

/** Checks if a value under a path with a secret name is one to redact. */
export function shouldRedact(value: Json): boolean {
  return value !== null && typeof value !== 'boolean' && value !== ''
}

/**
 * Redacts JSON that {@link toBoundedJson} returned, in the same way as `redact`. Copies only the objects and lists that have
 * secrets.
 */
export function redactJson(value: Json, isSecret: SecretMatcher): Json {
  if (typeof value === 'string') return redactText(toStorableText(value), isSecret)
  if (typeof value === 'number') return value >= 1e12 && isCardNumber(String(value)) ? REDACTED : value
  if (typeof value !== 'object' || value === null) return value
  return isList(value) ? redactList(value, isSecret) : redactEntries(value, isSecret)
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function redactList(list: readonly Json[], isSecret: SecretMatcher): readonly Json[] {
  let clean: Json[] | undefined
  for (const [index, item] of list.entries()) {
    const cleanItem = redactJson(item, isSecret)
    if (cleanItem === item) continue
    clean ??= [...list]
    clean[index] = cleanItem
  }
  return clean ?? list
}

function redactEntries(value: JsonObject, isSecret: SecretMatcher): JsonObject {
  let clean: { [key: string]: Json } | undefined
  const isPair = isSecretPair(value, isSecret)
  for (const key of Object.keys(value)) {
    const item = value[key] ?? null
    const isHidden = (isSecret(key) || (isPair && PAIR_VALUES.includes(key))) && isSecretValue(key, item)
    const cleanItem = isHidden ? REDACTED : redactJson(item, isSecret)
    if (cleanItem === item) continue
    clean ??= { ...value }
    setProperty(clean, key, cleanItem)
  }
  return clean ?? value
}
