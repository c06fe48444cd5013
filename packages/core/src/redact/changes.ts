import { type Change, REDACTED } from '../event/event.ts'
import { keysOf } from '../event/pointer.ts'
import { redactJson, secretNames } from './redact.ts'

/**
 * Changes without their secrets: of a change whose path names a secret both values, of the others what `redact` finds in them.
 *
 * @returns the changes, and the JSON pointers of what was redacted, such as `/0/from`
 */
export function redactChanges(
  changes: readonly Change[],
  options: { readonly also?: readonly string[] | undefined } = {},
): { changes: Change[]; redacted: string[] } {
  const secret = secretNames(options.also)
  const redacted: string[] = []
  const clean = changes.map((change, index): Change => {
    const whole = keysOf(change.path).some(secret)
    const side = (name: 'from' | 'to') => {
      const value = change[name]
      if (value === undefined) return undefined
      if (whole && value !== null && typeof value !== 'boolean' && value !== '') {
        if (value !== REDACTED) redacted.push(`/${index}/${name}`)
        return REDACTED
      }
      const result = redactJson(value, secret)
      for (const pointer of result.redacted) redacted.push(`/${index}/${name}${pointer}`)
      return result.value
    }
    const from = side('from')
    const to = side('to')
    return { path: change.path, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
  })
  return { changes: clean, redacted }
}
