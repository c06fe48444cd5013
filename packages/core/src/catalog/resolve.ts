import { AUDIT_CATEGORY } from '../event/event.ts'
import { getVerbKind } from '../language/verbs.ts'
import { humanize } from '../language/words.ts'
import type { CatalogJson, ResolvedAction, ResolvedResource } from './catalog.ts'
import { createDefaultSentences } from './default-sentences.ts'

/** The group of resource types that name none. */
export const DEFAULT_GROUP = 'Other'

interface CatalogIndex {
  readonly actions: ReadonlyMap<string, ResolvedAction>
  readonly resources: ReadonlyMap<string, ResolvedResource>
  /** Defaults made for names that the catalog does not know; bounded, since clients choose them. */
  readonly defaults: Map<string, ResolvedAction>
}

const indexes = new WeakMap<CatalogJson, CatalogIndex>()
const MAX_DEFAULT_ACTIONS = 1_000

function getIndex(catalog: CatalogJson): CatalogIndex {
  const known = indexes.get(catalog)
  if (known !== undefined) return known
  const actions = new Map(catalog.actions.map((action) => [action.name, action]))
  for (const [retired, name] of Object.entries(catalog.aliases)) {
    const action = actions.get(name)
    if (action !== undefined && !actions.has(retired)) actions.set(retired, action)
  }
  const resources = new Map(catalog.resources.map((resource) => [resource.type, resource]))
  const index = { actions, resources, defaults: new Map<string, ResolvedAction>() }
  indexes.set(catalog, index)
  return index
}

/** The category and the verb of an action's name: `['project', 'created']`. */
export function splitAction(action: string): readonly [category: string, verb: string] {
  const dot = action.indexOf('.')
  return dot < 0 ? [action, ''] : [action.slice(0, dot), action.slice(dot + 1)]
}

/** The action of this name, by its present name or a retired one; undefined when the catalog does not know it. */
export function findAction(catalog: CatalogJson, name: string): ResolvedAction | undefined {
  return getIndex(catalog).actions.get(name)
}

/** The action of this name, or one made of defaults when the catalog does not know it: kind by its verb, a plain sentence. */
export function resolveAction(catalog: CatalogJson, name: string): ResolvedAction {
  const { actions, defaults } = getIndex(catalog)
  const known = actions.get(name) ?? defaults.get(name)
  if (known !== undefined) return known
  const action = createDefaultAction(name)
  if (defaults.size >= MAX_DEFAULT_ACTIONS) defaults.clear()
  defaults.set(name, action)
  return action
}

/** The resource type of this name, or one made of defaults when the catalog does not know it. */
export function resolveResource(catalog: CatalogJson, type: string): ResolvedResource {
  return getIndex(catalog).resources.get(type) ?? createDefaultResource(type)
}

/** An action as its name alone tells. */
export function createDefaultAction(name: string): ResolvedAction {
  const [category, verb] = splitAction(name)
  return {
    name,
    category,
    verb,
    kind: getVerbKind(verb),
    label: humanize(verb),
    ...((category === AUDIT_CATEGORY ? AUDIT_SENTENCES[verb] : undefined) ?? createDefaultSentences(category, verb)),
    severity: 'info',
    delivery: 'buffered',
    onFailure: 'open',
    icon: null,
    personal: [],
  }
}

/** A resource type as its name alone tells. */
export function createDefaultResource(type: string): ResolvedResource {
  return { type, label: humanize(type), icon: null, group: DEFAULT_GROUP, href: null, personal: false, segments: [] }
}

// whodid's own events.
const AUDIT_SENTENCES: { readonly [verb: string]: { readonly say: string; readonly sayFailed: string } } = {
  viewed: {
    say: '{actor} viewed the activity of others',
    sayFailed: '{actor} could not view the activity of others{reason}',
  },
  exported: { say: '{actor} exported activity', sayFailed: '{actor} could not export activity{reason}' },
  purged: {
    say: 'Activity older than the retention window was purged',
    sayFailed: 'Could not purge old activity{reason}',
  },
  gap: { say: '{metadata.count} events were lost', sayFailed: '{metadata.count} events were lost' },
  id_conflict: {
    say: 'An event was refused, because its id was taken',
    sayFailed: 'An event was refused, because its id was taken',
  },
}
