import type { Catalog, CatalogData } from '@whodid/core'
import { findAction } from '@whodid/core/catalog'
import { splitWords } from '@whodid/core/language'
import { singularize } from 'inflection'

/** The catalog's words for types and actions, to be looked up by words of paths. */
export interface Vocabulary {
  /** Finds a resource type by its `segments`, its name, or its plural. */
  findType(words: readonly string[]): string | undefined
  /** Returns the current name of an action that the catalog declares. */
  findAction(name: string): string | undefined
  /** Returns the categories that declare an action with this verb. */
  findCategories(verb: string): readonly string[]
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

/** Joins words, the last one in the singular: `['api', 'keys']` becomes `'api_key'`. */
export function toSingular(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  const singular = UNCOUNTABLE.has(last) || last.endsWith('ss') ? last : singularize(last)
  return [...words.slice(0, -1), singular].join('_')
}

/** Converts a word to a type name: `Größen` to `grossen`, `2fa` to `n2fa`, a word without Latin letters to `resource`. */
export function toIdentifier(text: string): string {
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

/** Creates the vocabulary of a catalog. */
export function createVocabulary<D extends CatalogData, M>(
  catalog: Pick<Catalog<D>, 'data' | 'json'> & { readonly schemas?: M },
): Vocabulary {
  const types = new Map<string, string>()
  for (const { type, segments } of catalog.json.resources) {
    for (const name of [type, toSingular(splitWords(type))]) if (!types.has(name)) types.set(name, type)
    for (const segment of segments) types.set(splitWords(segment).join('_'), type)
  }
  const declared = new Set<string>()
  const categoriesByVerb = new Map<string, string[]>()
  for (const [category, entry] of Object.entries<CatalogData[string]>(catalog.data)) {
    for (const verb of Object.keys(entry.actions ?? {})) {
      declared.add(`${category}.${verb}`)
      const categories = categoriesByVerb.get(verb)
      if (categories === undefined) categoriesByVerb.set(verb, [category])
      else categories.push(category)
    }
  }
  return {
    findType: (words) => types.get(words.join('_')) ?? types.get(toSingular(words)),
    findAction(name) {
      if (declared.has(name)) return name
      return Object.hasOwn(catalog.json.aliases, name) ? findAction(catalog.json, name)?.name : undefined
    },
    findCategories: (verb) => categoriesByVerb.get(verb) ?? [],
  }
}
