import type { Change, Json } from '@whodid/core/browser'
import { keysOf, REDACTED, words } from '@whodid/core/browser'

/** A piece of a value, marked when it is what differs from the other side. */
export interface Piece {
  readonly text: string
  readonly marked: boolean
}

/** A value as it is shown: in pieces, or the word for there being nothing. */
export type ShownValue =
  | { readonly is: 'empty' }
  | { readonly is: 'redacted' }
  | { readonly is: 'value'; readonly pieces: readonly Piece[]; readonly long: boolean }

/** One changed field. `set` when the former value is not known, `removed` when there is no later one. */
export interface ShownChange {
  readonly path: string
  /** The field in words: "Settings › Region". */
  readonly label: string
  readonly change: 'changed' | 'set' | 'removed'
  readonly from: ShownValue
  readonly to: ShownValue
}

const LONG = 48

/** Where two texts begin and cease to differ, counted in whole characters. */
function difference(a: string, b: string): readonly [start: number, endA: number, endB: number] {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let endA = a.length
  let endB = b.length
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--
    endB--
  }
  // Half of a surrogate pair is no character.
  if (start > 0 && /[\uD800-\uDBFF]/.test(a.charAt(start - 1))) start--
  if (/[\uDC00-\uDFFF]/.test(a.charAt(endA)) || /[\uDC00-\uDFFF]/.test(b.charAt(endB))) {
    endA++
    endB++
  }
  return [start, Math.min(endA, a.length), Math.min(endB, b.length)]
}

function textOf(value: Json | undefined): string {
  if (typeof value === 'string') return value
  if (typeof value === 'object' && value !== null) return JSON.stringify(value, null, 2)
  return String(value)
}

function isEmpty(value: Json | undefined) {
  return value === undefined || value === null || value === ''
}

function shown(value: Json | undefined, mark: readonly [number, number] | null): ShownValue {
  if (isEmpty(value)) return { is: 'empty' }
  if (value === REDACTED) return { is: 'redacted' }
  const text = textOf(value)
  const long = text.length > LONG || text.includes('\n')
  if (mark === null) return { is: 'value', pieces: [{ text, marked: false }], long }
  const pieces = [
    { text: text.slice(0, mark[0]), marked: false },
    { text: text.slice(mark[0], mark[1]), marked: true },
    { text: text.slice(mark[1]), marked: false },
  ]
  return { is: 'value', pieces: pieces.filter((piece) => piece.text !== ''), long }
}

/** Prepares a change to be drawn: what the field is called, and what of a text differs when most of it is the same. */
export function showChange(change: Change): ShownChange {
  const { path, from, to } = change
  const keys = keysOf(path)
  const label = keys.map((key) => (/^\d+$/.test(key) ? `#${Number(key) + 1}` : words(key))).join(' › ')
  const kind = from === undefined && to !== undefined ? 'set' : to === undefined ? 'removed' : 'changed'

  let marks: readonly [readonly [number, number], readonly [number, number]] | null = null
  if (typeof from === 'string' && typeof to === 'string') {
    const [start, endFrom, endTo] = difference(from, to)
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
    from: shown(from, marks?.[0] ?? null),
    to: shown(to, marks?.[1] ?? null),
  }
}
