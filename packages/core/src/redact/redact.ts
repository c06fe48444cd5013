import { createChange } from '../event/change.ts'
import { type Change, type Json, type JsonObject, REDACTED } from '../event/event.ts'
import { parsePointer } from './pointer.ts'
import { shouldRedact } from './redact-json.ts'
import { createSecretMatcher, isSecretName } from './secrets.ts'
import { convert, convertEntries, createConversion, UNLIMITED } from './to-json.ts'

/**
 * Converts a value to JSON and redacts its secrets. Values under a secret name (`password`, `apiKey`, `set-cookie`, …) become
 * `[redacted]`, as do parts of strings that look like a key, a token, a password in a URL or a card number. Empty strings,
 * null and booleans are not redacted, and email addresses stay.
 *
 * @param options.also Additional secret names, compared word by word
 * @returns The value, and the JSON pointers of the redacted values
 * @example
 * redact({ name: 'Ada', password: 'x' }) // { value: { name: 'Ada', password: '[redacted]' }, redacted: ['/password'] }
 * redact(body, { also: ['iban'] })       // also redacts `iban` and `customerIban`
 */
export function redact(
  value: unknown,
  options: { readonly also?: readonly string[] | undefined } = {},
): { value: Json; redacted: string[] } {
  const conversion = createConversion(createSecretMatcher(options.also))
  const json = convert(conversion, value) ?? null
  return { value: json, redacted: conversion.redacted }
}

/** Redacts a JSON object without truncating it. */
export function redactObject(value: JsonObject): { readonly value: JsonObject; readonly redacted: readonly string[] } {
  const conversion = createConversion(isSecretName, UNLIMITED)
  return { value: convertEntries(conversion, value), redacted: conversion.redacted }
}

/**
 * Redacts changes: both values when the path contains a secret name, otherwise the secrets inside the values.
 *
 * @returns The changes, and the JSON pointers of the redacted values, such as `/0/from`
 */
export function redactChanges(
  changes: readonly Change[],
  options: { readonly also?: readonly string[] | undefined } = {},
): { changes: Change[]; redacted: string[] } {
  const isSecret = createSecretMatcher(options.also)
  const conversion = createConversion(isSecret, UNLIMITED)
  const { keys, redacted } = conversion

  function redactSide(index: number, name: 'from' | 'to', value: Json | undefined, isSecretPath: boolean) {
    if (value === undefined) return undefined
    if (isSecretPath && shouldRedact(value)) {
      if (value !== REDACTED) redacted.push(`/${index}/${name}`)
      return REDACTED
    }
    keys.push(index, name)
    const json = convert(conversion, value) ?? null
    keys.length = 0
    return json
  }

  const clean = changes.map(({ path, from, to }, index) => {
    const isSecretPath = parsePointer(path).some(isSecret)
    return createChange(path, redactSide(index, 'from', from, isSecretPath), redactSide(index, 'to', to, isSecretPath))
  })
  return { changes: clean, redacted }
}
