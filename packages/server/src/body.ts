import { WhodidError } from '@whodid/core'

/** The most bytes a request may carry. */
export const MAX_BODY = 1024 * 1024
/** The most nesting a body may have: a batch of events as deep as events may be, with room for tRPC's envelope. */
const MAX_DEPTH = 64

const tooLarge = () =>
  new WhodidError('payload_too_large', 'The body is larger than 1 MiB (1,048,576 bytes): send it in parts.')

const readBytes = async (request: Request): Promise<Uint8Array> => {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY) throw tooLarge()
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = request.body?.getReader()
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    length += part.value.byteLength
    if (length > MAX_BODY) {
      await reader?.cancel()
      throw tooLarge()
    }
    chunks.push(part.value)
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}

/** Throws when arrays and objects stand deeper within each other than anything of ours does. */
const checkDepth = (json: string) => {
  let depth = 0
  let inString = false
  for (let at = 0; at < json.length; at += 1) {
    const char = json.charCodeAt(at)
    if (inString) {
      if (char === 0x5c) at += 1
      else if (char === 0x22) inString = false
    } else if (char === 0x22) inString = true
    else if (char === 0x5b || char === 0x7b) {
      depth += 1
      if (depth > MAX_DEPTH) {
        throw new WhodidError('invalid_input', `The body is nested deeper than ${MAX_DEPTH} levels: send it flatter.`)
      }
    } else if (char === 0x5d || char === 0x7d) depth -= 1
  }
}

/**
 * The text of a JSON body, bounded in size and depth.
 * Throws `payload_too_large`, or `invalid_input` when it is not sent as JSON, not UTF-8 or nested too deeply.
 */
export const readJsonText = async (request: Request): Promise<string> => {
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new WhodidError('invalid_input', 'The body must be JSON: send it with Content-Type: application/json.')
  }
  const bytes = await readBytes(request)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new WhodidError('invalid_input', 'The body is not UTF-8: encode it so.')
  }
  checkDepth(text)
  return text
}

/** The value of a JSON body. Throws as {@link readJsonText} does, and `invalid_input` for malformed JSON. */
export const readJson = async (request: Request): Promise<unknown> => {
  const text = await readJsonText(request)
  try {
    return JSON.parse(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown'
    throw new WhodidError('invalid_input', `The body is not JSON (${why}): check its quotes and commas.`)
  }
}
