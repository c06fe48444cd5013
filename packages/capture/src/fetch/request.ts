/**
 * Notes the body of a request when the app reads it as JSON, as a form, or as text. The body is never read for the app.
 * Returns a function that returns what the app has read, or a promise of it.
 */
export function observeRequest(request: Request): () => unknown {
  let body: unknown
  const { json, formData, text } = request
  try {
    Object.defineProperties(request, {
      json: { configurable: true, value: () => (body = json.call(request)) },
      formData: {
        configurable: true,
        value() {
          const form = formData.call(request)
          body = form.then(toFields)
          return form
        },
      },
      text: {
        configurable: true,
        value() {
          const content = text.call(request)
          body = content.then((value) => parseText(value, request.headers.get('content-type') ?? ''))
          return content
        },
      },
    })
  } catch {
    // A frozen request: its body stays unknown.
  }
  return () => body
}

function parseText(text: string, type: string): unknown {
  if (type.startsWith('application/x-www-form-urlencoded')) return toFields(new URLSearchParams(text))
  return /json/.test(type) ? JSON.parse(text) : undefined
}

/** Converts a form to an object. A field that occurs more than once is a list, and a file is its name. */
function toFields(form: FormData | URLSearchParams): { readonly [name: string]: unknown } {
  const fields: { [name: string]: unknown } = {}
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name).map((value) => (typeof value === 'string' ? value : { filename: value.name }))
    fields[name] = values.length === 1 ? values[0] : values
  }
  return fields
}
