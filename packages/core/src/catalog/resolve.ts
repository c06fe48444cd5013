import { AUDIT_CATEGORY } from '../event/event.ts'
import { getVerbKind } from '../language/verbs.ts'
import { humanize } from '../language/words.ts'
import type { CatalogJson, ResolvedAction, ResolvedResource } from './catalog.ts'
import { createDefaultSentences } from './default-sentences.ts'

/** The group of resource types that declare none. */
export const DEFAULT_GROUP = 'Other'

interface CatalogIndex {
  readonly actions: ReadonlyMap<string, ResolvedAction>
  readonly resources: ReadonlyMap<string, ResolvedResource>
  /** Default actions for names outside the catalog. Bounded, because clients choose the names. */
  readonly defaults: Map<string, ResolvedAction>
}

const indexes = new WeakMap<CatalogJson, CatalogIndex>()
const MAX_DEFAULT_ACTIONS = 1_000

function getIndex(catalog: CatalogJson): CatalogIndex {
  const cached = indexes.get(catalog)
  if (cached !== undefined) return cached
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

/** Splits the name of an action into category and verb: `['project', 'created']`. */
function splitAction(action: string): readonly [category: string, verb: string] {
  const dot = action.indexOf('.')
  return dot < 0 ? [action, ''] : [action.slice(0, dot), action.slice(dot + 1)]
}

/** Finds an action by its current or former name. Returns undefined when the catalog does not declare it. */
export function findAction(catalog: CatalogJson, name: string): ResolvedAction | undefined {
  return getIndex(catalog).actions.get(name)
}

/** Finds an action by its current or former name, or creates one from defaults when the catalog does not declare it. */
export function resolveAction(catalog: CatalogJson, name: string): ResolvedAction {
  const { actions, defaults } = getIndex(catalog)
  const cached = actions.get(name) ?? defaults.get(name)
  if (cached !== undefined) return cached
  const action = createDefaultAction(name)
  if (defaults.size >= MAX_DEFAULT_ACTIONS) defaults.clear()
  defaults.set(name, action)
  return action
}

/** Finds a resource type, or creates one from defaults when the catalog does not declare it. */
export function resolveResource(catalog: CatalogJson, type: string): ResolvedResource {
  return getIndex(catalog).resources.get(type) ?? createDefaultResource(type)
}

/** Creates an action from its name alone. */
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

/** Creates a resource type from its name alone. */
export function createDefaultResource(type: string): ResolvedResource {
  return { type, label: humanize(type), icon: null, group: DEFAULT_GROUP, href: null, personal: false, segments: [] }
}

// Sentences of the service's own `audit.*` events.
const AUDIT_SENTENCES: { readonly [verb: string]: { readonly say: string; readonly sayFailed: string } } = {
  viewed: {
    say: 'Viewed activity of other people',
    sayFailed: 'Could not view activity of other people{reason}',
  },
  exported: { say: 'Started an export of activity', sayFailed: 'Could not export activity{reason}' },
  purged: {
    say: 'Started to delete events older than the retention period',
    sayFailed: 'Could not delete events older than the retention period{reason}',
  },
  gap: { say: '{metadata.count} events were lost', sayFailed: '{metadata.count} events were lost' },
  id_conflict: {
    say: 'Rejected an event: another event has its id',
    sayFailed: 'Rejected an event: another event has its id',
  },
}
