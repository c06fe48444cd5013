/** A run of plain text, or one invisible character as its escape. */
export interface TextRun {
  readonly text: string
  readonly escape: boolean
}

const SHORT_ESCAPES: { readonly [code: number]: string } = { 9: '\\t', 10: '\\n', 13: '\\r' }

/** Checks if a character is invisible or changes text direction: C0, C1, line separators and bidi controls. */
function isInvisible(code: number): boolean {
  return (
    code < 0x20 ||
    (code >= 0x7f && code <= 0x9f) ||
    code === 0x61c ||
    code === 0x200e ||
    code === 0x200f ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069)
  )
}

function toEscape(code: number): string {
  return SHORT_ESCAPES[code] ?? `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`
}

/**
 * Splits untrusted text into plain runs and escaped invisible characters.
 *
 * @example
 * splitTextRuns('a\u202Eb') // [{ text: 'a', escape: false }, { text: '\\u202E', escape: true }, { text: 'b', escape: false }]
 */
export function splitTextRuns(value: string): readonly TextRun[] {
  const runs: TextRun[] = []
  let start = 0
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index)
    if (!isInvisible(code)) continue
    if (index > start) runs.push({ text: value.slice(start, index), escape: false })
    runs.push({ text: toEscape(code), escape: true })
    start = index + 1
  }
  if (start < value.length) runs.push({ text: value.slice(start), escape: false })
  return runs
}

/** Returns the text with invisible characters as escapes, for attributes such as `aria-label`. */
export function toVisibleText(value: string): string {
  return splitTextRuns(value)
    .map((run) => run.text)
    .join('')
}
