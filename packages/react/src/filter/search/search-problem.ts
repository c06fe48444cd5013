import type { TextRange } from '@whodid/core'
import { parseQuery, WhodidError } from '@whodid/core/browser'

/** A problem in a search text and its position. */
export interface SearchProblem {
  readonly text: string
  readonly range: TextRange
  readonly message: string
}

/** Parses a search text like the service. Returns null if it is valid. Loaded when first needed. */
export function findSearchProblem(text: string): SearchProblem | null {
  try {
    parseQuery(text, { now: Date.now() })
    return null
  } catch (error) {
    if (!(error instanceof WhodidError)) throw error
    const { start, end } = error.at ?? { start: 0, end: text.length }
    return { text, range: { start, end }, message: stripPosition(error.message, text.slice(start, end)) }
  }
}

/** Removes the position and the quoted text from a message, since the box shows both. */
function stripPosition(message: string, words: string): string {
  const named = `${JSON.stringify(words.slice(0, 64))}: `
  const at = message.indexOf(named)
  return at < 0 ? message : message.slice(at + named.length)
}
