import { type CatalogJson, type Filter, type Kind, type StoredEvent, WhodidError } from '@whodid/core'
import { AUTH_CATEGORIES, LOGIN_FAILED_VERBS, LOGIN_VERBS } from '@whodid/core/language'

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

/** Converts an event to one word: LOGIN, LOGIN_FAILED, its kind in capitals, or for the kind `other` its verb. */
export function toActionWord({ action, kind, status }: Pick<StoredEvent, 'action' | 'kind' | 'status'>): string {
  if (LOGIN_FAILED_ACTIONS.includes(action)) return 'LOGIN_FAILED'
  if (LOGIN_ACTIONS.includes(action)) return status === 'success' ? 'LOGIN' : 'LOGIN_FAILED'
  return kind === 'other' ? getVerb(action) : kind.toUpperCase()
}

/**
 * Converts a word to filters that no event matches twice. The word, in any case, is one of {@link toActionWord}, a verb of the
 * catalog (`ARCHIVED`), or a full action (`project.archived`). Throws `invalid_input` for any other word.
 */
export function toFilters(word: string | undefined, catalog: CatalogJson): readonly Filter[] {
  if (word === undefined) return [{}]
  if (word.includes('.')) return [{ action: [word] }]
  const upper = word.toUpperCase()
  const kind = KINDS[upper]
  if (kind) return [{ kind: [kind], not: { action: [...LOGIN_ACTIONS, ...LOGIN_FAILED_ACTIONS] } }]
  if (upper === 'LOGIN') return [{ action: LOGIN_ACTIONS, status: ['success'] }]
  if (upper === 'LOGIN_FAILED')
    return [{ action: LOGIN_ACTIONS, status: ['failure'] }, { action: LOGIN_FAILED_ACTIONS }]
  const verbs = catalog.actions.filter(({ name }) => getVerb(name) === upper).map(({ name }) => name)
  if (verbs.length > 0) return [{ action: verbs }]
  throw new WhodidError(
    'invalid_input',
    `Unknown action ${JSON.stringify(word.slice(0, 64))}: use ${ACTION_WORDS.join(', ')}, a verb of the catalog, or a full action such as project.created.`,
  )
}
