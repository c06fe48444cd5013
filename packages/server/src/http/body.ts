import { WhodidError } from '@whodid/core'

/** Maximum bytes of a request body, compressed or not. */
const MAX_BODY_BYTES = 1024 * 1024
/** Maximum nesting of a body: a batch of the deepest allowed events, inside the envelope of tRPC. */
const MAX_DEPTH = 64

function createTooLargeError() {
  return new WhodidError(
    'payload_too_large',
    'The body is larger than 1 MiB (1,048,576 bytes): send it in smaller batches.',
  )
}

function decompressBody({ body, headers }: Request): ReadableStream<Uint8Array> | null {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? ''
  if (encoding === '' || encoding === 'identity') return body
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw new WhodidError(
      'unsupported_media_type',
      `Content-Encoding ${JSON.stringify(encoding.slice(0, 64))} is not supported: use gzip, or send the body uncompressed.`,
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
      const message =
        body === request.body
          ? 'The body ended early: send it again.'
          : 'The body is not valid gzip: compress all of it, or send it uncompressed.'
      throw new WhodidError('invalid_input', message, { cause })
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

/** Throws `payload_too_large` if arrays and objects are nested too deeply. */
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
        throw new WhodidError('payload_too_large', `The body has more than ${MAX_DEPTH} levels of nesting: flatten it.`)
      }
    } else if (char === 0x5d || char === 0x7d) depth -= 1
  }
}

/**
 * Reads a JSON body as text, with limits on its size, before and after decompression, and its nesting.
 * Throws `payload_too_large`, `unsupported_media_type` if it is not sent as JSON, or `invalid_input` if it is not UTF-8.
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
    throw new WhodidError('invalid_input', 'The body is not valid UTF-8: encode it as UTF-8.')
  }
  checkDepth(text)
  return text
}

/** Reads and parses a JSON body. Throws like {@link readJsonText}, and `invalid_input` for malformed JSON. */
export async function readJson(request: Request, { isBodyOptional = false } = {}): Promise<unknown> {
  const text = await readJsonText(request, { isBodyOptional })
  if (isBodyOptional && text === '') return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown error'
    throw new WhodidError('invalid_input', `The body is not valid JSON (${reason}).`)
  }
}
