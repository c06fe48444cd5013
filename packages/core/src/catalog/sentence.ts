import type { Actor, CompleteEvent, EventError, StoredEvent } from '../event/event.ts'
import { addArticle, capitalize, uncapitalize } from '../language/words.ts'
import type { CatalogJson, ResolvedAction } from './catalog.ts'
import { resolveAction, resolveResource } from './resolve.ts'

/** An event that has a sentence or a link: stored, or about to be stored. */
export type RenderableEvent = Omit<Pick<CompleteEvent, 'action' | 'status' | 'actor' | 'resource'>, 'resource'> &
  Partial<Omit<CompleteEvent, 'action' | 'status' | 'actor' | 'resource'>> & {
    readonly resource: CompleteEvent['resource'] | StoredEvent['resource']
  }

type Part = string | { readonly path: readonly string[] }

const templates = new Map<string, readonly Part[]>()

/** Parses a template into parts. `{path}` is a value; `{{` and `}}` are literal braces. Returns null on an unmatched brace. */
export function parseTemplate(template: string): readonly Part[] | null {
  const cached = templates.get(template)
  if (cached !== undefined) return cached
  const parts: Part[] = []
  let text = ''
  for (let at = 0; at < template.length; at += 1) {
    const char = template.charAt(at)
    if ((char === '{' || char === '}') && template.charAt(at + 1) === char) {
      text += char
      at += 1
    } else if (char === '{') {
      const end = template.indexOf('}', at)
      const path = template.slice(at + 1, end)
      if (end < 0 || !/^[\p{L}\p{N}_$-]+(?:\.[\p{L}\p{N}_$-]+)*$/u.test(path)) return null
      if (text !== '') parts.push(text)
      text = ''
      parts.push({ path: path.split('.') })
      at = end
    } else text += char
  }
  if (text !== '') parts.push(text)
  if (templates.size >= 2_000) templates.clear()
  templates.set(template, parts)
  return parts
}

function getValueAt(event: RenderableEvent, path: readonly string[]): unknown {
  let value: unknown = event
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    if (!Object.hasOwn(value, key) && !(key === 'name' && Object.hasOwn(value, 'id'))) return undefined
    const parent = value
    value = Reflect.get(parent, key)
    // Without a name, the id stands in.
    if (key === 'name' && (value === undefined || value === '')) value = Reflect.get(parent, 'id')
  }
  return value
}

interface Formats {
  readonly number: Intl.NumberFormat
  readonly list: Intl.ListFormat
}

const formats = new Map<string, Formats>()

function getFormats(locale: string): Formats {
  const cached = formats.get(locale)
  if (cached !== undefined) return cached
  const made = {
    number: new Intl.NumberFormat(locale, { maximumFractionDigits: 12 }),
    list: new Intl.ListFormat(locale, { type: 'conjunction' }),
  }
  if (formats.size >= 100) formats.clear()
  formats.set(locale, made)
  return made
}

function formatValue(value: unknown, locale: string): string {
  if (value === undefined || value === null || value === '') return 'unknown'
  if (typeof value === 'number') return getFormats(locale).number.format(value)
  if (Array.isArray(value)) {
    return value.length === 0 ? 'none' : getFormats(locale).list.format(value.map((item) => formatValue(item, locale)))
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function getActorName(actor: Actor) {
  return actor.name || actor.email || actor.id
}

function describeResource(catalog: CatalogJson, resource: RenderableEvent['resource'], first: boolean): string {
  const { label } = resolveResource(catalog, resource.type)
  const name = resource.name || resource.id
  const noun = uncapitalize(label)
  const text = name ? `${noun} ${name}` : addArticle(noun)
  return first ? capitalize(text) : text
}

function formatReason(error: EventError | null | undefined): string {
  const reason = error?.status ?? error?.code ?? error?.message
  return reason === undefined || reason === '' ? '' : ` (${reason})`
}

/**
 * Renders the sentence of an event from the catalog's template: `sayFailed` when the action failed, otherwise `say`. A missing
 * value is "unknown". Numbers and lists are formatted for the locale.
 *
 * @example
 * renderSentence(catalog.json, event)                    // 'Engine was created'
 * renderSentence(catalog.json, event, { locale: 'de' })
 */
export function renderSentence(
  catalog: CatalogJson,
  event: RenderableEvent,
  options: { readonly locale?: string | undefined } = {},
): string {
  return renderActionSentence(catalog, resolveAction(catalog, event.action), event, options.locale ?? 'en')
}

/** Renders the sentence of an event whose action is already resolved. */
export function renderActionSentence(
  catalog: CatalogJson,
  action: ResolvedAction,
  event: RenderableEvent,
  locale: string,
): string {
  const template = event.status === 'failure' ? action.sayFailed : action.say
  const parts = parseTemplate(template)
  if (parts === null) return template
  let sentence = ''
  for (const part of parts) {
    if (typeof part === 'string') sentence += part
    else if (part.path.length > 1) sentence += formatValue(getValueAt(event, part.path), locale)
    else if (part.path[0] === 'resource') sentence += describeResource(catalog, event.resource, sentence === '')
    else if (part.path[0] === 'actor') sentence += getActorName(event.actor)
    else if (part.path[0] === 'reason') sentence += formatReason(event.error)
    else sentence += formatValue(getValueAt(event, part.path), locale)
  }
  return sentence
}

/**
 * Renders the link of an event from a template, with URL-encoded values. Returns an empty string when a value is missing.
 *
 * @example
 * renderHref('/projects/{resource.id}', event) // '/projects/p%201'
 */
export function renderHref(template: string, event: RenderableEvent): string {
  let href = ''
  for (const part of parseTemplate(template) ?? []) {
    if (typeof part === 'string') href += part
    else {
      const value = getValueAt(event, part.path)
      const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
      // "." and ".." leave the folder, and percent-encoding does not stop them.
      if (text === '' || /^\.{1,2}$/.test(text)) return ''
      href += encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'))
    }
  }
  return href
}

/** Returns the link when it is relative or http(s), and null for `javascript:`, `data:` and all other schemes. */
export function safeHref(href: string | null | undefined): string | null {
  if (href === null || href === undefined || href.trim() === '') return null
  try {
    const { protocol } = new URL(href, 'https://relative.invalid')
    return protocol === 'https:' || protocol === 'http:' ? href.trim() : null
  } catch {
    return null
  }
}
