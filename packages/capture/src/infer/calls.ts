import { isBag } from './bodies.ts'
import type { PathPart } from './path-parts.ts'

/** Calls that travel in one path segment or body, as of tRPC and GraphQL; undefined when the path is an ordinary one. */
export function callsOf(parts: readonly PathPart[], body: unknown): PathPart[][] | 'read' | undefined {
  const last = parts.at(-1)
  if (last === undefined) return undefined
  if (/^graphql$/i.test(last.text) && isBag(body)) {
    const { query } = body
    const field =
      typeof query === 'string' ? /^\s*mutation\b[^{]*\{\s*(?:\w+\s*:\s*)?(\w+)/.exec(query)?.[1] : undefined
    return field === undefined ? 'read' : [[word(field)]]
  }
  const isCall =
    /^\w+(?:\.\w+)+(?:,\w+(?:\.\w+)+)*$/.test(last.text) && !/\d|\.(?:json|xml|html?|php|aspx?|do)$/i.test(last.text)
  return isCall ? last.text.split(',').map((call) => call.split('.').map(word)) : undefined
}

function word(text: string): PathPart {
  return { text, value: false, param: undefined }
}
