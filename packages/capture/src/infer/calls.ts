import { isObject } from './identity.ts'
import type { PathPart } from './path.ts'

/** Parses tRPC and GraphQL calls from a path segment or a body; returns undefined for an ordinary path. */
export function parseCalls(parts: readonly PathPart[], body: unknown): PathPart[][] | 'read' | undefined {
  const last = parts.at(-1)
  if (last === undefined) return undefined
  if (/^graphql$/i.test(last.text) && isObject(body)) {
    const { query } = body
    const field =
      typeof query === 'string' ? /^\s*mutation\b[^{]*\{\s*(?:\w+\s*:\s*)?(\w+)/.exec(query)?.[1] : undefined
    return field === undefined ? 'read' : [[toPart(field)]]
  }
  const isCall =
    /^\w+(?:\.\w+)+(?:,\w+(?:\.\w+)+)*$/.test(last.text) && !/\d|\.(?:json|xml|html?|php|aspx?|do)$/i.test(last.text)
  return isCall ? last.text.split(',').map(parseCall) : undefined
}

/** Parses the name of a procedure, such as `project.archive`. */
export function parseCall(call: string): PathPart[] {
  const words = call.split('.')
  return words.map((text, index) => ({ ...toPart(text), isVerb: index > 0 && index === words.length - 1 }))
}

function toPart(text: string): PathPart {
  return { text, isValue: false, param: undefined }
}
