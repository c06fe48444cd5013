import { WhodidError } from '@whodid/core'

/** The most bytes a request may carry. */
export const MAX_BODY_BYTES = 1024 * 1024
/** The most nesting a body may have: a batch of events as deep as events may be, with room for tRPC's envelope. */
const MAX_DEPTH = 64

function createTooLargeError() {
  return new WhodidError('payload_too_large', 'The body is larger than 1 MiB (1,048,576 bytes): send it in parts.')
}

/** The body as it was before it was compressed. */
function decompressBody({ body, headers }: Request): ReadableStream<Uint8Array> | null {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? ''
  if (encoding === '' || encoding === 'identity') return body
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw new WhodidError(
      'unsupported_media_type',
      `The body is encoded as ${JSON.stringify(encoding.slice(0, 64))}: send it as it is, or with Content-Encoding: gzip.`,
    )
  }
  return body?.pipeThrough(new DecompressionStream('gzip')) ?? null
}

async function readBytes(request: Request): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) throw createTooLargeError()
  const chunks: Uint8Array[] = []
  let length = 0
  const body = decompressBody(request)
  const reader = body?.getReader()
  const read = async () => {
    try {
      return await reader?.read()
    } catch (cause) {
      const why =
        body === request.body
          ? 'The body broke off before its end: send it again.'
          : 'The body is not gzip: compress all of it, or send it as it is.'
      throw new WhodidError('invalid_input', why, { cause })
    }
  }
  for (let part = await read(); part && !part.done; part = await read()) {
    length += part.value.byteLength
    if (length > MAX_BODY_BYTES) {
      await reader?.cancel().catch(() => {})
      throw createTooLargeError()
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
function checkDepth(json: string) {
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
        throw new WhodidError(
          'payload_too_large',
          `The body is nested deeper than ${MAX_DEPTH} levels: send it flatter.`,
        )
      }
    } else if (char === 0x5d || char === 0x7d) depth -= 1
  }
}

/**
 * The text of a JSON body, bounded in size (also of what gzip makes smaller) and depth; empty only where it may be.
 * Throws `payload_too_large`, `unsupported_media_type` when it is not sent as JSON, or `invalid_input` when it is not UTF-8.
 */
export async function readJsonText(request: Request, { isBodyOptional = false } = {}): Promise<string> {
  const isJson = /^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '')
  const bytes = isJson || isBodyOptional ? await readBytes(request) : new Uint8Array()
  if (isBodyOptional && bytes.length === 0) return ''
  if (!isJson) {
    throw new WhodidError(
      'unsupported_media_type',
      'The body must be JSON: send it with Content-Type: application/json.',
    )
  }
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
export async function readJson(request: Request, { isBodyOptional = false } = {}): Promise<unknown> {
  const text = await readJsonText(request, { isBodyOptional })
  if (isBodyOptional && text === '') return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown'
    throw new WhodidError('invalid_input', `The body is not JSON (${why}): check its quotes and commas.`)
  }
}
