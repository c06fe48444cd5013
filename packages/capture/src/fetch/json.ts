import { isReadMethod } from '../infer/path.ts'
import { MAX_BODY_BYTES } from '../request/limits.ts'

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/
const FORMATS: { readonly [encoding: string]: string } = {
  br: 'brotli',
  deflate: 'deflate',
  gzip: 'gzip',
  'x-gzip': 'gzip',
}

/**
 * Reads a copy of the JSON that the app responds with, also compressed. Returns a promise that never rejects, or undefined for
 * other responses and for requests that only read. Calls `onAbort` if the client disconnects first.
 */
export function copyJson(request: Request, response: Response, onAbort: () => void): Promise<unknown> | undefined {
  const { headers } = response
  const type = headers.get('content-type') ?? ''
  if (isReadMethod(request.method) || !JSON_TYPE.test(type)) return undefined
  if (Number(headers.get('content-length') ?? 0) > MAX_BODY_BYTES) return undefined
  const encoding = headers.get('content-encoding') ?? 'identity'
  const decoder = encoding === 'identity' ? undefined : createDecoder(encoding)
  if (encoding !== 'identity' && decoder === undefined) return undefined
  const { body } = response.clone()
  return body === null
    ? undefined
    : readJson(decoder === undefined ? body : body.pipeThrough(decoder), request, onAbort)
}

/** Creates a decompressor if the runtime has one. */
function createDecoder(encoding: string): DecompressionStream | undefined {
  const format = FORMATS[encoding]
  if (format === undefined) return undefined
  try {
    // The type does not have `brotli`.
    return Reflect.construct(DecompressionStream, [format])
  } catch {
    return undefined
  }
}

async function readJson(body: ReadableStream<Uint8Array>, { signal }: Request, onAbort: () => void): Promise<unknown> {
  const reader = body.getReader()
  // The promise of `cancel` waits for the other copy.
  const cancel = () => void reader.cancel().catch(() => undefined)
  const abort = () => {
    onAbort()
    cancel()
  }
  signal.addEventListener('abort', abort)
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      size += chunk.value.length
      if (size > MAX_BODY_BYTES) {
        cancel()
        return undefined
      }
      text += decoder.decode(chunk.value, { stream: true })
    }
    return JSON.parse(text + decoder.decode())
  } catch {
    return undefined
  } finally {
    // Some runtimes abort the signal of every request, when its response is sent.
    signal.removeEventListener('abort', abort)
  }
}
