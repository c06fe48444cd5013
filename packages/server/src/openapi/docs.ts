const STYLE = `
:root{color-scheme:light dark;--line:light-dark(#dde1e6,#333a44);--soft:light-dark(#f5f6f8,#1a1f26);--dim:light-dark(#59636e,#9aa4b2);--accent:light-dark(#2557d6,#82aaff)}
*{box-sizing:border-box}
body{margin:0;font:15px/1.5 system-ui,sans-serif;background:light-dark(#fff,#12161b);color:light-dark(#1c2128,#e6e9ee)}
main,header{max-width:60rem;margin:auto;padding:1rem 1.25rem}
header{display:flex;flex-wrap:wrap;gap:1rem;align-items:end;justify-content:space-between}
h1{font-size:1.4rem;margin:0}h2{font-size:1rem;margin:1.5rem 0 .5rem;color:var(--dim);font-weight:600}
p{margin:.25rem 0;color:var(--dim)}a{color:var(--accent)}
details{border:1px solid var(--line);border-radius:8px;margin:.5rem 0;overflow:hidden}
summary{display:flex;flex-wrap:wrap;gap:.25rem .75rem;align-items:baseline;padding:.55rem .8rem;cursor:pointer;list-style:none}
summary:hover,details[open]>summary{background:var(--soft)}
summary b{font:600 .75rem ui-monospace,monospace;color:var(--accent);min-width:2.6rem}
code,pre{font:.82rem/1.5 ui-monospace,monospace}
summary span{color:var(--dim);font-size:.88rem}
form{padding:.5rem .8rem .9rem;display:grid;gap:.6rem}
fieldset{border:0;margin:0;padding:0;display:grid;gap:.6rem;grid-template-columns:repeat(auto-fill,minmax(14rem,1fr))}
label{display:grid;gap:.15rem;font-size:.82rem;align-content:start}
label small{color:var(--dim)}
input,textarea,button{font:inherit;color:inherit;background:light-dark(#fff,#0d1014);border:1px solid var(--line);border-radius:6px;padding:.35rem .5rem;width:100%}
textarea{min-height:9rem;resize:vertical;font:.82rem/1.5 ui-monospace,monospace}
fieldset:empty{display:none}
button{width:auto;justify-self:start;padding:.35rem 1rem;background:var(--accent);color:light-dark(#fff,#0d1014);border-color:transparent;cursor:pointer;font-weight:600}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
pre{margin:0;padding:.7rem;border-radius:6px;background:var(--soft);max-height:26rem;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere}
`

const SCRIPT = `
const make = (tag, props, ...children) => {
  const node = Object.assign(document.createElement(tag), props)
  node.append(...children)
  return node
}
const EXAMPLE = { action: 'project.created', actor: { type: 'user', id: 'u1', name: 'Ada Lovelace' }, resource: { type: 'project', id: 'p1', name: 'Engine' } }
const createExample = (id) => JSON.stringify(id === 'append' ? EXAMPLE : { all: true }, null, 2)

const createField = (parameter) => {
  const input = make('input', { name: parameter.name, required: parameter.required, placeholder: (parameter.schema.enum ?? parameter.schema.items?.enum ?? []).join(' ') })
  return make('label', {}, make('code', { textContent: parameter.name }), input, make('small', { textContent: parameter.description ?? '' }))
}

const showResponse = async (response, output) => {
  output.textContent = response.status + ' ' + response.statusText + '\\n\\n'
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (let part = await reader?.read(); part && !part.done; part = await reader.read()) {
    text = (text + part.value).slice(-200000)
    if (/event-stream/.test(response.headers.get('content-type'))) output.append(part.value)
  }
  if (/json/.test(response.headers.get('content-type') ?? '')) try { text = JSON.stringify(JSON.parse(text), null, 2) } catch {}
  if (!/event-stream/.test(response.headers.get('content-type'))) output.append(text)
}

const createOperation = (path, method, described) => {
  const parameters = described.parameters.filter((parameter) => !parameter.name.startsWith('not.') && parameter.in !== 'header')
  const fields = make('fieldset', {}, ...parameters.map(createField))
  const body = described.requestBody && make('textarea', { name: 'body', value: createExample(described.operationId), ariaLabel: 'Body', spellcheck: false })
  const output = make('pre', { hidden: true, tabIndex: 0, ariaLabel: 'Response' })
  const button = make('button', { textContent: 'Try it' })
  const form = make('form', {}, make('p', { textContent: described.description }), fields, ...(body ? [body] : []), button, output)
  let controller
  form.onsubmit = async (event) => {
    event.preventDefault()
    controller?.abort()
    if (button.textContent === 'Stop') { button.textContent = 'Try it'; return }
    controller = new AbortController()
    const query = new URLSearchParams()
    let target = path
    for (const { name, in: location } of parameters) {
      const value = form.elements[name].value
      if (location === 'path') target = target.replace('{' + name + '}', encodeURIComponent(value))
      else if (value) query.set(name, value)
    }
    const key = document.querySelector('#key').value
    const headers = { ...(key && { authorization: 'Bearer ' + key }), ...(body && { 'content-type': 'application/json' }) }
    output.hidden = false
    button.textContent = 'Stop'
    try {
      await showResponse(await fetch('.' + target + (query.size ? '?' + query : ''), { method, headers, body: body?.value, signal: controller.signal }), output)
    } catch (error) {
      output.append(error.name === 'AbortError' ? '\\nStopped.' : String(error))
    }
    button.textContent = 'Try it'
  }
  return make('details', {}, make('summary', {}, make('b', { textContent: method }), make('code', { textContent: path }), make('span', { textContent: described.summary })), form)
}

const description = await (await fetch('./openapi.json')).json()
const groups = new Map()
for (const [path, methods] of Object.entries(description.paths)) for (const [method, described] of Object.entries(methods)) {
  const tag = described.tags[0]
  groups.set(tag, [...(groups.get(tag) ?? []), createOperation(path, method.toUpperCase(), described)])
}
for (const [tag, operations] of groups) document.querySelector('main').append(make('h2', { textContent: tag }), ...operations)
`

function renderPage(nonce: string) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>whodid API</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<header>
<div><h1>whodid API</h1><p>Try every route. <a href="./openapi.json">openapi.json</a></p></div>
<label>API key or token (not needed when signed in)<input id="key" type="password" autocomplete="off"></label>
</header>
<main></main>
<script type="module" nonce="${nonce}">${SCRIPT}</script>
</body>
</html>
`
}

/** Creates the page at `/docs`: a form to try each route. It loads nothing from other origins. */
export function createDocsPage(): Response {
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
  return new Response(renderPage(nonce), {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}
