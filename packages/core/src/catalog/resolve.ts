import { AUDIT_CATEGORY } from '../event/event.ts'
import { kindOfVerb } from '../language/verbs.ts'
import { words } from '../language/words.ts'
import type { CatalogJson, ResolvedAction, ResolvedResource } from './catalog.ts'
import { defaultSentences } from './default-sentences.ts'

/** The group of resource types that name none. */
export const DEFAULT_GROUP = 'Other'

interface Index {
  readonly actions: ReadonlyMap<string, ResolvedAction>
  readonly resources: ReadonlyMap<string, ResolvedResource>
  /** Defaults made for names that the catalog does not know; bounded, since clients choose them. */
  readonly made: Map<string, ResolvedAction>
}

const indexes = new WeakMap<CatalogJson, Index>()
const MADE_AT_MOST = 1_000

function indexOf(catalog: CatalogJson): Index {
  const known = indexes.get(catalog)
  if (known !== undefined) return known
  const actions = new Map(catalog.actions.map((action) => [action.name, action]))
  for (const [retired, name] of Object.entries(catalog.aliases)) {
    const action = actions.get(name)
    if (action !== undefined && !actions.has(retired)) actions.set(retired, action)
  }
  const resources = new Map(catalog.resources.map((resource) => [resource.type, resource]))
  const index = { actions, resources, made: new Map<string, ResolvedAction>() }
  indexes.set(catalog, index)
  return index
}

/** The category and the verb of an action's name: `['project', 'created']`. */
export function partsOf(action: string): readonly [category: string, verb: string] {
  const dot = action.indexOf('.')
  return dot < 0 ? [action, ''] : [action.slice(0, dot), action.slice(dot + 1)]
}

/** The action of this name, by its present name or a retired one; undefined when the catalog does not know it. */
export function findAction(catalog: CatalogJson, name: string): ResolvedAction | undefined {
  return indexOf(catalog).actions.get(name)
}

/** The action of this name, or one made of defaults when the catalog does not know it: kind by its verb, a plain sentence. */
export function resolveAction(catalog: CatalogJson, name: string): ResolvedAction {
  const { actions, made } = indexOf(catalog)
  const known = actions.get(name) ?? made.get(name)
  if (known !== undefined) return known
  const action = defaultAction(name)
  if (made.size >= MADE_AT_MOST) made.clear()
  made.set(name, action)
  return action
}

/** The resource type of this name, or one made of defaults when the catalog does not know it. */
export function resolveResource(catalog: CatalogJson, type: string): ResolvedResource {
  return indexOf(catalog).resources.get(type) ?? defaultResource(type)
}

/** An action as its name alone tells. */
export function defaultAction(name: string): ResolvedAction {
  const [category, verb] = partsOf(name)
  return {
    name,
    category,
    verb,
    kind: kindOfVerb(verb),
    label: words(verb),
    ...((category === AUDIT_CATEGORY ? OWN_SENTENCES[verb] : undefined) ?? defaultSentences(category, verb)),
    severity: 'info',
    delivery: 'buffered',
    onFailure: 'open',
    icon: null,
    personal: [],
  }
}

/** A resource type as its name alone tells. */
export function defaultResource(type: string): ResolvedResource {
  return { type, label: words(type), icon: null, group: DEFAULT_GROUP, href: null, personal: false, segments: [] }
}

// whodid's own events.
const OWN_SENTENCES: { readonly [verb: string]: { readonly say: string; readonly sayFailed: string } } = {
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
