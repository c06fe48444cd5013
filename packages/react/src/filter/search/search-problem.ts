import { parseQuery, type TextRange, WhodidError } from '@whodid/core/browser'

/** What is wrong with a search text, and where in it. */
export interface SearchProblem {
  readonly text: string
  readonly at: TextRange
  readonly message: string
}

/** Reads a search text as the service would. Null when there is nothing wrong with it. Loaded when first needed. */
export function problemOf(text: string): SearchProblem | null {
  try {
    parseQuery(text, { now: Date.now() })
    return null
  } catch (error) {
    if (!(error instanceof WhodidError)) throw error
    const { start, end } = error.at ?? { start: 0, end: text.length }
    return { text, at: { start, end }, message: reasonOf(error.message, text.slice(start, end)) }
  }
}

/** A message without the place and the words in question, which are shown. */
function reasonOf(message: string, words: string): string {
  const named = `${JSON.stringify(words.slice(0, 64))}: `
  const at = message.indexOf(named)
  return at < 0 ? message : message.slice(at + named.length)
}
