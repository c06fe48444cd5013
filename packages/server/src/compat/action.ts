import {
  AUTH_CATEGORIES,
  type CatalogJson,
  type Filter,
  type Kind,
  LOGIN_FAILED_VERBS,
  LOGIN_VERBS,
  type StoredEvent,
  WhodidError,
} from '@whodid/core'

function toActions(verbs: readonly string[]): readonly string[] {
  return AUTH_CATEGORIES.flatMap((category) => verbs.map((verb) => `${category}.${verb}`))
}

const LOGIN_ACTIONS = toActions(LOGIN_VERBS)
const LOGIN_FAILED_ACTIONS = toActions(LOGIN_FAILED_VERBS)

const KINDS: { readonly [word: string]: Kind } = { CREATE: 'create', UPDATE: 'update', DELETE: 'delete' }
const ACTION_WORDS = [...Object.keys(KINDS), 'LOGIN', 'LOGIN_FAILED'] as const

function getVerb(action: string): string {
  return action.slice(action.indexOf('.') + 1).toUpperCase()
}

/** The one word of an event: LOGIN or LOGIN_FAILED, what it did to its resource, else its own verb. */
export function toActionWord({ action, kind, status }: Pick<StoredEvent, 'action' | 'kind' | 'status'>): string {
  if (LOGIN_FAILED_ACTIONS.includes(action)) return 'LOGIN_FAILED'
  if (LOGIN_ACTIONS.includes(action)) return status === 'success' ? 'LOGIN' : 'LOGIN_FAILED'
  return kind === 'other' ? getVerb(action) : kind.toUpperCase()
}

/**
 * The filters that a word stands for, in any case: those of {@link toActionWord}, a verb of the catalog (`ARCHIVED`), or an action in
 * full (`project.archived`). No event matches two of them. Throws `invalid_input` for a word that says nothing here.
 */
export function toFilters(word: string | undefined, catalog: CatalogJson): readonly Filter[] {
  if (word === undefined) return [{}]
  if (word.includes('.')) return [{ action: [word] }]
  const upper = word.toUpperCase()
  const kind = KINDS[upper]
  if (kind) return [{ kind: [kind], not: { action: [...LOGIN_ACTIONS, ...LOGIN_FAILED_ACTIONS] } }]
  if (upper === 'LOGIN') return [{ action: LOGIN_ACTIONS, status: ['success'] }]
  if (upper === 'LOGIN_FAILED') return [{ action: LOGIN_ACTIONS, status: ['failure'] }, { action: LOGIN_FAILED_ACTIONS }]
  const verbs = catalog.actions.filter(({ name }) => getVerb(name) === upper).map(({ name }) => name)
  if (verbs.length > 0) return [{ action: verbs }]
  throw new WhodidError(
    'invalid_input',
    `action is ${JSON.stringify(word.slice(0, 64))}: it must be one of ${ACTION_WORDS.join(', ')}, a verb of the catalog, or an action in full such as project.created.`,
  )
}
