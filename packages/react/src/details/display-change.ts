import type { Change, Json } from '@whodid/core'
import { humanize, parsePointer, REDACTED } from '@whodid/core/browser'

/** A piece of a value, marked if it differs from the other side. */
interface TextPiece {
  readonly text: string
  readonly isMarked: boolean
}

/** A value to display: text pieces, or a placeholder for an empty or redacted value. */
export type DisplayValue =
  | { readonly type: 'empty' }
  | { readonly type: 'redacted' }
  | { readonly type: 'value'; readonly pieces: readonly TextPiece[]; readonly isLong: boolean }

/** A changed field to display. `set` has no old value, `removed` has no new value. */
export interface DisplayChange {
  readonly path: string
  /** Readable path of the field: "Settings › Region". */
  readonly label: string
  readonly change: 'changed' | 'set' | 'removed'
  readonly from: DisplayValue
  readonly to: DisplayValue
}

const LONG_VALUE_LENGTH = 48

/** Finds the range in which two texts differ, without splitting characters. */
function findDifference(a: string, b: string): readonly [start: number, endA: number, endB: number] {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let endA = a.length
  let endB = b.length
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--
    endB--
  }
  // Do not split surrogate pairs.
  if (start > 0 && /[\uD800-\uDBFF]/.test(a.charAt(start - 1))) start--
  if (/[\uDC00-\uDFFF]/.test(a.charAt(endA)) || /[\uDC00-\uDFFF]/.test(b.charAt(endB))) {
    endA++
    endB++
  }
  return [start, Math.min(endA, a.length), Math.min(endB, b.length)]
}

function toText(value: Json | undefined): string {
  if (typeof value === 'string') return value
  if (typeof value === 'object' && value !== null) return JSON.stringify(value, null, 2)
  return String(value)
}

function isEmpty(value: Json | undefined) {
  return value === undefined || value === null || value === ''
}

function toDisplayValue(value: Json | undefined, mark: readonly [number, number] | null): DisplayValue {
  if (isEmpty(value)) return { type: 'empty' }
  if (value === REDACTED) return { type: 'redacted' }
  const text = toText(value)
  const isLong = text.length > LONG_VALUE_LENGTH || text.includes('\n')
  if (mark === null) return { type: 'value', pieces: [{ text, isMarked: false }], isLong }
  const pieces = [
    { text: text.slice(0, mark[0]), isMarked: false },
    { text: text.slice(mark[0], mark[1]), isMarked: true },
    { text: text.slice(mark[1]), isMarked: false },
  ]
  return { type: 'value', pieces: pieces.filter((piece) => piece.text !== ''), isLong }
}

/** Converts a change for display: labels the field, and marks the differing part of similar texts. */
export function toDisplayChange(change: Change): DisplayChange {
  const { path, from, to } = change
  const keys = parsePointer(path)
  const label = keys.map((key) => (/^\d+$/.test(key) ? `#${Number(key) + 1}` : humanize(key))).join(' › ')
  const kind = from === undefined && to !== undefined ? 'set' : to === undefined ? 'removed' : 'changed'

  let marks: readonly [readonly [number, number], readonly [number, number]] | null = null
  if (typeof from === 'string' && typeof to === 'string') {
    const [start, endFrom, endTo] = findDifference(from, to)
    const same = start + from.length - endFrom
    if (same >= Math.min(from.length, to.length) / 3)
      marks = [
        [start, endFrom],
        [start, endTo],
      ]
  }
  return {
    path,
    label: label || path,
    change: kind,
    from: toDisplayValue(from, marks?.[0] ?? null),
    to: toDisplayValue(to, marks?.[1] ?? null),
  }
}
