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

function named(verbs: readonly string[]): readonly string[] {
  return AUTH_CATEGORIES.flatMap((category) => verbs.map((verb) => `${category}.${verb}`))
}

const LOGINS = named(LOGIN_VERBS)
const FAILED_LOGINS = named(LOGIN_FAILED_VERBS)

const KINDS: { readonly [word: string]: Kind } = { CREATE: 'create', UPDATE: 'update', DELETE: 'delete' }
const WORDS = [...Object.keys(KINDS), 'LOGIN', 'LOGIN_FAILED'] as const

function verbOf(action: string): string {
  return action.slice(action.indexOf('.') + 1).toUpperCase()
}

/** The one word of an event: LOGIN or LOGIN_FAILED, what it did to its resource, else its own verb. */
export function wordOf({ action, kind, status }: Pick<StoredEvent, 'action' | 'kind' | 'status'>): string {
  if (FAILED_LOGINS.includes(action)) return 'LOGIN_FAILED'
  if (LOGINS.includes(action)) return status === 'success' ? 'LOGIN' : 'LOGIN_FAILED'
  return kind === 'other' ? verbOf(action) : kind.toUpperCase()
}

/**
 * The filters that a word stands for, in any case: those of {@link wordOf}, a verb of the catalog (`ARCHIVED`), or an action in
 * full (`project.archived`). No event matches two of them. Throws `invalid_input` for a word that says nothing here.
 */
export function filtersOf(word: string | undefined, catalog: CatalogJson): readonly Filter[] {
  if (word === undefined) return [{}]
  if (word.includes('.')) return [{ action: [word] }]
  const upper = word.toUpperCase()
  const kind = KINDS[upper]
  if (kind) return [{ kind: [kind], not: { action: [...LOGINS, ...FAILED_LOGINS] } }]
  if (upper === 'LOGIN') return [{ action: LOGINS, status: ['success'] }]
  if (upper === 'LOGIN_FAILED') return [{ action: LOGINS, status: ['failure'] }, { action: FAILED_LOGINS }]
  const verbs = catalog.actions.filter(({ name }) => verbOf(name) === upper).map(({ name }) => name)
  if (verbs.length > 0) return [{ action: verbs }]
  throw new WhodidError(
    'invalid_input',
    `action is ${JSON.stringify(word.slice(0, 64))}: it must be one of ${WORDS.join(', ')}, a verb of the catalog, or an action in full such as project.created.`,
  )
}
