import { type Catalog, type CatalogData, findAction, splitWords } from '@whodid/core'
import { singularize } from 'inflection'

/** What a catalog knows of the words in paths. */
export interface Vocabulary {
  /** The resource type that a path's words name: by `segments`, by its own name, or in the plural. */
  typeOf(words: readonly string[]): string | undefined
  /** The action, if the catalog has written it down, under its present name. */
  declared(name: string): string | undefined
  /** Categories that have written down an action of this verb. */
  categoriesOf(verb: string): readonly string[]
}

const UNCOUNTABLE = new Set([
  'data',
  'metadata',
  'media',
  'analytics',
  'news',
  'series',
  'status',
  'sms',
  'dns',
  'address',
  'access',
])

/** The singular of the last word: `['api', 'keys']` is `'api_key'`. */
export function singularOf(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  const singular = UNCOUNTABLE.has(last) || last.endsWith('ss') ? last : singularize(last)
  return [...words.slice(0, -1), singular].join('_')
}

/** A word of a path as the name of a type: `Größen` is `grossen`, `2fa` is `n2fa`, and what has no Latin letters `resource`. */
export function identifierOf(text: string): string {
  if (/^[a-z][a-z0-9_]{0,59}$/.test(text)) return text
  const latin = text
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replace(/[^a-z0-9_]+/g, '')
    .replace(/^_+|_+$/g, '')
    .slice(0, 59)
  if (latin === '') return 'resource'
  return /^\d/.test(latin) ? `n${latin}` : latin
}

export function createVocabulary<D extends CatalogData, M>(
  catalog: Pick<Catalog<D>, 'data' | 'json'> & { readonly schemas?: M },
): Vocabulary {
  const types = new Map<string, string>()
  for (const { type, segments } of catalog.json.resources) {
    for (const name of [type, singularOf(splitWords(type))]) if (!types.has(name)) types.set(name, type)
    for (const segment of segments) types.set(splitWords(segment).join('_'), type)
  }
  const written = new Set<string>()
  const byVerb = new Map<string, string[]>()
  for (const [category, entry] of Object.entries<CatalogData[string]>(catalog.data)) {
    for (const verb of Object.keys(entry.actions ?? {})) {
      written.add(`${category}.${verb}`)
      byVerb.set(verb, [...(byVerb.get(verb) ?? []), category])
    }
  }
  return {
    typeOf: (words) => types.get(words.join('_')) ?? types.get(singularOf(words)),
    declared(name) {
      if (written.has(name)) return name
      return Object.hasOwn(catalog.json.aliases, name) ? findAction(catalog.json, name)?.name : undefined
    },
    categoriesOf: (verb) => byVerb.get(verb) ?? [],
  }
}
