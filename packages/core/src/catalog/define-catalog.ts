import type { StandardSchemaV1 } from '@standard-schema/spec'
import { WhodidError } from '../errors.ts'
import { AUDIT_CATEGORY, type JsonObject, KINDS, SEVERITIES } from '../event/event.ts'
import type {
  ActionEntry,
  ActionName,
  Catalog,
  CatalogData,
  CatalogJson,
  Delivery,
  MetadataSchemas,
  ResolvedAction,
  ResolvedResource,
  ResourceEntry,
} from './catalog.ts'
import { createDefaultAction, createDefaultResource, DEFAULT_GROUP } from './resolve.ts'
import { parseTemplate, safeHref } from './sentence.ts'

const DELIVERIES: readonly Delivery[] = ['buffered', 'durable']
const FAILURE_MODES: readonly ('open' | 'closed')[] = ['open', 'closed']
const IMPLIED_VERBS = ['created', 'updated', 'deleted'] as const
const RESOURCE_FIELDS = ['label', 'icon', 'group', 'href', 'personal', 'segments', 'actions']
const ACTION_FIELDS = [
  'kind',
  'label',
  'say',
  'sayFailed',
  'severity',
  'delivery',
  'onFailure',
  'icon',
  'aliases',
  'personal',
]
const NAME = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/
const MAX_NAME_LENGTH = 63

type Exact<M, Names extends string> = { readonly [K in Exclude<keyof M, Names>]: never }

/** The names of a catalog's actions: `ActionOf<typeof catalog>`. */
export type ActionOf<C> = C extends Catalog<infer D, infer _> ? ActionName<D> : never

/** The type of an action's metadata: the input of its schema, or any JSON object when it has none. */
export type MetadataOf<C, A extends string> =
  C extends Catalog<infer _, infer M>
    ? A extends keyof M
      ? M[A] extends StandardSchemaV1<infer Input, infer _Output>
        ? Input
        : JsonObject | undefined
      : JsonObject | undefined
    : never

/**
 * Declares the resource types and actions that the host records. The data is plain JSON, so that the browser can load it;
 * schemas for metadata are passed apart from it. `created`, `updated` and `deleted` are implied.
 *
 * @throws WhodidError `invalid_catalog` on the first mistake. The message names its path.
 * @example
 * const catalog = defineCatalog(
 *   { project: { href: '/projects/{resource.id}', actions: { archived: '{resource.name} was archived' } } },
 *   { metadata: { 'project.archived': z.object({ reason: z.string() }) } },
 * )
 */
export function defineCatalog<
  const D extends CatalogData,
  const M extends MetadataSchemas<D> = Readonly<Record<never, never>>,
>(data: D, options: { readonly metadata?: M & Exact<M, ActionName<D>> } = {}): Catalog<D, M> {
  const json = resolveCatalog(data)
  const names = new Set(json.actions.map((action) => action.name))
  for (const name of Object.keys(options.metadata ?? {})) {
    if (!names.has(name)) fail(`metadata has a schema for ${quote(name)}, but there is no such action`)
  }
  return { data, schemas: asSchemas<M>(options.metadata), json }
}

function asSchemas<M>(metadata: M | undefined): M
function asSchemas(metadata: unknown): unknown {
  return metadata ?? {}
}

function fail(problem: string): never {
  throw new WhodidError('invalid_catalog', `Invalid catalog: ${problem}.`)
}

function quote(value: unknown) {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

function resolveCatalog(data: CatalogData): CatalogJson {
  if (typeof data !== 'object' || data === null) fail('data must be an object of resource types')
  const resources: ResolvedResource[] = []
  const actions: ResolvedAction[] = []
  const aliases: [alias: string, name: string][] = []
  const segments = new Map<string, string>()
  for (const [type, entry] of Object.entries(data)) {
    checkName('resource type', type)
    if (type === AUDIT_CATEGORY)
      fail(`the resource type ${quote(type)} is reserved for the events of whodid itself. Use another name`)
    checkResource(type, entry)
    resources.push(resolveResourceEntry(type, entry))
    for (const segment of entry.segments ?? []) {
      const other = segments.get(segment)
      if (other !== undefined) fail(`${type}.segments has ${quote(segment)}, which ${other}.segments has too`)
      segments.set(segment, type)
    }
    const verbs = { ...Object.fromEntries(IMPLIED_VERBS.map((verb) => [verb, {}])), ...entry.actions }
    for (const [verb, declared] of Object.entries(verbs)) {
      checkName(`action of ${type}`, verb)
      const action: ActionEntry = typeof declared === 'string' ? { say: declared } : declared
      checkAction(`${type}.${verb}`, action)
      actions.push(resolveActionEntry(`${type}.${verb}`, action))
      for (const alias of action.aliases ?? []) aliases.push([alias, `${type}.${verb}`])
    }
  }
  return {
    resources,
    actions,
    groups: [...new Set(resources.map((resource) => resource.group))],
    aliases: resolveAliases(aliases, new Set(actions.map((action) => action.name))),
  }
}

function resolveResourceEntry(type: string, entry: ResourceEntry): ResolvedResource {
  const fallback = createDefaultResource(type)
  return {
    type,
    label: entry.label ?? fallback.label,
    icon: entry.icon ?? null,
    group: entry.group ?? DEFAULT_GROUP,
    href: entry.href ?? null,
    personal: entry.personal ?? false,
    segments: entry.segments ?? [],
  }
}

function resolveActionEntry(name: string, entry: ActionEntry): ResolvedAction {
  const fallback = createDefaultAction(name)
  return {
    ...fallback,
    kind: entry.kind ?? fallback.kind,
    label: entry.label ?? fallback.label,
    say: entry.say ?? fallback.say,
    sayFailed: entry.sayFailed ?? fallback.sayFailed,
    severity: entry.severity ?? 'info',
    delivery: entry.delivery ?? 'buffered',
    onFailure: entry.onFailure ?? 'open',
    icon: entry.icon ?? null,
    personal: entry.personal ?? [],
  }
}

function resolveAliases(
  declared: readonly [string, string][],
  names: ReadonlySet<string>,
): { [alias: string]: string } {
  const aliases: { [alias: string]: string } = {}
  for (const [alias, name] of declared) {
    const [category = '', verb = '', more] = alias.split('.')
    if (!NAME.test(category) || !NAME.test(verb) || more !== undefined) {
      fail(`${name}.aliases has ${quote(alias)}. Write it as category.verb, such as "project.removed"`)
    }
    if (names.has(alias)) fail(`${name}.aliases has ${quote(alias)}, which is also an action. Remove one of the two`)
    if (Object.hasOwn(aliases, alias))
      fail(`${name}.aliases has ${quote(alias)}, which ${aliases[alias]}.aliases has too`)
    aliases[alias] = name
  }
  return aliases
}

function checkName(what: string, name: string): void {
  if (!NAME.test(name) || name.length > MAX_NAME_LENGTH) {
    fail(
      `the ${what} ${quote(name)} has an invalid name. Use up to ${MAX_NAME_LENGTH} lower-case letters, digits and single underscores, such as "api_key"`,
    )
  }
}

function checkFields(path: string, entry: unknown, fields: readonly string[]): void {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    fail(`${path} must be an object, not ${quote(entry)}`)
  for (const field of Object.keys(entry)) {
    if (!fields.includes(field)) fail(`${path} has an unknown field ${quote(field)}. Fields are ${fields.join(', ')}`)
  }
}

function checkText(path: string, value: unknown): void {
  if (value !== undefined && (typeof value !== 'string' || value === ''))
    fail(`${path} must be a non-empty string, not ${quote(value)}`)
}

function checkTextList(path: string, value: unknown): void {
  if (value === undefined) return
  if (!Array.isArray(value)) fail(`${path} must be an array of strings, not ${quote(value)}`)
  for (const item of value)
    if (typeof item !== 'string' || item === '') fail(`${path} must contain non-empty strings only, not ${quote(item)}`)
}

function checkEnum(path: string, value: unknown, allowed: readonly string[]): void {
  if (value !== undefined && !(typeof value === 'string' && allowed.includes(value))) {
    fail(`${path} must be one of ${allowed.join(', ')}, not ${quote(value)}`)
  }
}

function checkResource(type: string, entry: ResourceEntry): void {
  checkFields(type, entry, RESOURCE_FIELDS)
  for (const field of ['label', 'icon', 'group', 'href'] as const) checkText(`${type}.${field}`, entry[field])
  checkTextList(`${type}.segments`, entry.segments)
  if (entry.personal !== undefined && typeof entry.personal !== 'boolean')
    fail(`${type}.personal must be true or false`)
  if (entry.href !== undefined) {
    checkTemplate(`${type}.href`, entry.href, [])
    if (safeHref(entry.href.replace(/\{[^}]*\}/g, 'x')) === null) {
      fail(`${type}.href is ${quote(entry.href)}. A link must be relative, or begin with https:// or http://`)
    }
  }
  if (entry.actions !== undefined && (typeof entry.actions !== 'object' || entry.actions === null)) {
    fail(`${type}.actions must be an object of verbs, not ${quote(entry.actions)}`)
  }
}

function checkAction(name: string, entry: ActionEntry): void {
  checkFields(name, entry, ACTION_FIELDS)
  for (const field of ['label', 'say', 'sayFailed', 'icon'] as const) checkText(`${name}.${field}`, entry[field])
  checkEnum(`${name}.kind`, entry.kind, KINDS)
  checkEnum(`${name}.severity`, entry.severity, SEVERITIES)
  checkEnum(`${name}.delivery`, entry.delivery, DELIVERIES)
  checkEnum(`${name}.onFailure`, entry.onFailure, FAILURE_MODES)
  checkTextList(`${name}.aliases`, entry.aliases)
  checkTextList(`${name}.personal`, entry.personal)
  for (const field of ['say', 'sayFailed'] as const) {
    const template = entry[field]
    if (template !== undefined) checkTemplate(`${name}.${field}`, template, ['actor', 'resource', 'reason'])
  }
}

const PERSON_FIELDS = ['id', 'name']
const NESTED_PATHS: { readonly [root: string]: readonly string[] | 'any' } = {
  actor: [
    'type',
    'email',
    ...PERSON_FIELDS,
    ...['onBehalfOf', 'impersonatedBy'].flatMap((who) => PERSON_FIELDS.map((field) => `${who}.${field}`)),
  ],
  resource: ['type', 'id', 'name', 'href'],
  error: ['status', 'code', 'message'],
  context: ['channel', 'ip', 'userAgent', 'requestId', 'traceId', 'method', 'route'],
  metadata: 'any',
  scope: 'any',
}
const TOP_LEVEL_PATHS = ['id', 'occurredAt', 'tenantId', 'action', 'category', 'kind', 'status', 'severity', 'causedBy']

function checkTemplate(path: string, template: string, shorthands: readonly string[]): void {
  const parts = parseTemplate(template)
  if (parts === null) {
    fail(
      `${path} has an unmatched brace: ${quote(template)}. Write a path as {resource.name}, and a literal brace as {{ or }}`,
    )
  }
  for (const part of parts) {
    if (typeof part === 'string') continue
    const [root = '', ...rest] = part.path
    const nested = Object.hasOwn(NESTED_PATHS, root) ? NESTED_PATHS[root] : undefined
    const isKnown =
      rest.length === 0
        ? TOP_LEVEL_PATHS.includes(root) || shorthands.includes(root)
        : nested === 'any' || nested?.includes(rest.join('.'))
    if (!isKnown) {
      const paths = ['{actor.name}', '{resource.name}', '{metadata.key}', '{scope.project.name}', '{error.status}']
      fail(`${path} has an unknown path {${part.path.join('.')}}. Use paths such as ${paths.join(', ')}`)
    }
  }
}
