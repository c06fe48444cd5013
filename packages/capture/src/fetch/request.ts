/** Maximum length of a body that is parsed once more. */
const MAX_BODY_LENGTH = 262_144

/**
 * Notes the body of a request when the app reads it as JSON, as a form, as text, or as bytes. The body is never read for the
 * app. Returns a function that parses what the app has read, and returns a promise of it.
 */
export function observeRequest(request: Request): () => unknown {
  let parse: () => unknown = () => undefined
  const { json, formData, text, arrayBuffer } = request
  const getType = () => request.headers.get('content-type') ?? ''
  try {
    Object.defineProperties(request, {
      json: {
        configurable: true,
        writable: true,
        value() {
          const body = json.call(request)
          parse = () => body
          return body
        },
      },
      formData: {
        configurable: true,
        writable: true,
        value() {
          const body = formData.call(request)
          parse = () => body.then(toFields)
          return body
        },
      },
      text: {
        configurable: true,
        writable: true,
        value() {
          const body = text.call(request)
          parse = () => body.then((content) => parseContent(content, content.length, getType()))
          return body
        },
      },
      arrayBuffer: {
        configurable: true,
        writable: true,
        value() {
          const body = arrayBuffer.call(request)
          parse = () => body.then((content) => parseContent(content, content.byteLength, getType()))
          return body
        },
      },
    })
  } catch {
    // A frozen request: its body stays unknown.
  }
  return () => parse()
}

async function parseContent(content: string | ArrayBuffer, length: number, type: string): Promise<unknown> {
  if (length > MAX_BODY_LENGTH) return undefined
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
