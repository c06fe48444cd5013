/** A run of text to draw as it is, or one invisible character to draw as its escape. */
export interface TextRun {
  readonly text: string
  readonly escape: boolean
}

const SHORT: { readonly [code: number]: string } = { 9: '\\t', 10: '\\n', 13: '\\r' }

/** Whether a character is invisible or steers the direction of text: C0, C1, line separators and bidi controls. */
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

function escapeOf(code: number): string {
  return SHORT[code] ?? `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`
}

/**
 * Splits text of unknown origin into what may be drawn as it is and what must be shown as an escape.
 *
 * @example
 * textRuns('a\u202Eb') // [{ text: 'a', escape: false }, { text: '\\u202E', escape: true }, { text: 'b', escape: false }]
 */
export function textRuns(value: string): readonly TextRun[] {
  const runs: TextRun[] = []
  let start = 0
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index)
    if (!isInvisible(code)) continue
    if (index > start) runs.push({ text: value.slice(start, index), escape: false })
    runs.push({ text: escapeOf(code), escape: true })
    start = index + 1
  }
  if (start < value.length) runs.push({ text: value.slice(start), escape: false })
  return runs
}

/** The same as one string, for attributes such as `aria-label` and `title`. */
export function visibleText(value: string): string {
  return textRuns(value)
    .map((run) => run.text)
    .join('')
}
