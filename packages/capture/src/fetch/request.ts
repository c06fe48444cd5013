import { MAX_BODY_BYTES } from '../request/limits.ts'

/**
 * Notes the body of a request when the app reads it as JSON, as a form, as text, or as bytes. The body is never read for the
 * app. Returns a function that parses what the app has read, and returns a promise of it.
 */
export function observeRequest(request: Request): () => unknown {
  let parse: () => unknown = () => undefined
  const { json, formData, text, arrayBuffer } = request
  const getType = () => request.headers.get('content-type') ?? ''

  function observe<T>(read: () => Promise<T>, toBody: (body: T) => unknown): PropertyDescriptor {
    return {
      configurable: true,
      writable: true,
      value() {
        const body = read.call(request)
        parse = () => body.then(toBody)
        return body
      },
    }
  }

  try {
    Object.defineProperties(request, {
      json: observe(json, (body) => body),
      formData: observe(formData, toFields),
      text: observe(text, (body) => parseContent(body, body.length, getType())),
      arrayBuffer: observe(arrayBuffer, (body) => parseContent(body, body.byteLength, getType())),
    })
  } catch {
    // A frozen request: its body stays unknown.
  }
  return () => parse()
}

async function parseContent(content: string | ArrayBuffer, length: number, type: string): Promise<unknown> {
  if (length > MAX_BODY_BYTES) return undefined
  const body = new Response(content, { headers: { 'content-type': type } })
  if (/json/.test(type)) return body.json()
  return /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/.test(type)
    ? toFields(await body.formData())
    : undefined
}

/** Converts a form to an object. A field that occurs more than once is a list, and a file is its name. */
function toFields(form: FormData): { readonly [name: string]: unknown } {
  const fields: { [name: string]: unknown } = {}
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name).map((value) => (typeof value === 'string' ? value : { filename: value.name }))
    fields[name] = values.length === 1 ? values[0] : values
  }
  return fields
}
