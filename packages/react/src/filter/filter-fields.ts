import type { CatalogJson, FacetDimension, Facets, FacetValue, FilterTerm } from '@whodid/core/browser'
import { fold, KINDS, STATUSES } from '@whodid/core/browser'
import { actionLabel, typeLabel } from '../events/describe.ts'
import { resourceIcon } from '../parts/icon.tsx'
import type { Messages } from '../text/messages.ts'

export const FILTER_FIELDS = [
  'actor',
  'action',
  'resourceType',
  'category',
  'project',
  'status',
  'severity',
  'channel',
] as const
/** A button of the filter bar. `action` offers kinds too, `category` groups too. */
export type FilterField = (typeof FILTER_FIELDS)[number]

/** A value that a filter offers. */
export interface FilterOption {
  readonly term: FilterTerm
  readonly value: string
  readonly label: string
  readonly detail?: string | undefined
  readonly icon?: string | undefined
  /** How many events have it; absent when that is not known. */
  readonly count?: number | undefined
}

/** Options under a heading; the heading is absent when there is but one group. */
export interface OptionGroup {
  readonly label: string
  readonly items: readonly FilterOption[]
}

/** Which dimensions a field's counts come from. */
export const FIELD_DIMENSIONS: { readonly [field in FilterField]: readonly FacetDimension[] } = {
  actor: ['actor'],
  action: ['kind', 'action'],
  resourceType: ['resourceType'],
  category: ['category'],
  project: ['project'],
  status: ['status'],
  severity: ['severity'],
  channel: ['channel'],
}

/** Which conditions of a filter a field sets. */
export const FIELD_TERMS: { readonly [field in FilterField]: readonly FilterTerm[] } = {
  ...FIELD_DIMENSIONS,
  category: ['group', 'category'],
}

/** Fields whose values are too many to send whole, and are searched by the service. */
export const SEARCHED_BY_SERVICE: ReadonlySet<FilterField> = new Set(['actor', 'project'])

/** What a field is called. */
export function fieldLabel(field: FilterField, messages: Messages): string {
  return {
    actor: messages.user,
    action: messages.action,
    resourceType: messages.type,
    category: messages.category,
    project: messages.project,
    status: messages.status,
    severity: messages.severity,
    channel: messages.channel,
  }[field]
}

/** What a condition is called. */
export function termLabel(term: FilterTerm, messages: Messages): string {
  return {
    actor: messages.user,
    action: messages.action,
    category: messages.category,
    group: messages.group,
    kind: messages.kind,
    resourceType: messages.type,
    resourceId: messages.resource,
    project: messages.project,
    status: messages.status,
    channel: messages.channel,
    severity: messages.severity,
  }[term]
}

const wordFor = (words: { readonly [value: string]: string }, value: string): string => words[value] ?? value

/** What a value is called, without asking the service; people and projects are only known by their ids here. */
export function valueLabel(term: FilterTerm, value: string, catalog: CatalogJson, messages: Messages): string {
  switch (term) {
    case 'action':
      return `${typeLabel(catalog, value.split('.')[0] ?? '')}: ${actionLabel(catalog, value)}`
    case 'category':
    case 'resourceType':
      return typeLabel(catalog, value)
    case 'kind':
      return wordFor(messages.kinds, value)
    case 'status':
      return value === 'failure' ? messages.failed : messages.succeeded
    case 'channel':
      return wordFor(messages.channels, value)
    case 'severity':
      return wordFor(messages.severities, value)
    default:
      return value
  }
}

/** Values that a field offers even when no event has them. */
function known(term: FilterTerm, catalog: CatalogJson): readonly string[] {
  if (term === 'kind') return KINDS
  if (term === 'status') return STATUSES
  if (term === 'resourceType') return catalog.resources.map(({ type }) => type)
  return []
}

/**
 * What a field offers: the values that events have, those the catalog declares and those already chosen, most frequent
 * first.
 */
export function optionsOf(
  field: FilterField,
  context: {
    readonly catalog: CatalogJson
    readonly messages: Messages
    readonly facets: Facets | undefined
    readonly chosen: (term: FilterTerm) => readonly string[]
    readonly search: string
  },
): readonly OptionGroup[] {
  const { catalog, messages, facets, chosen, search } = context
  const needle = fold(search.trim())
  const groups = FIELD_TERMS[field].map((term): OptionGroup => {
    const counts = term === 'group' ? groupCounts(catalog, facets) : term === 'resourceId' ? [] : facets?.values[term]
    const counted = new Map(counts?.map((facet) => [facet.value, facet]))
    const names = new Set([...known(term, catalog), ...counted.keys(), ...chosen(term)])
    const items = [...names].map((value): FilterOption => {
      const facet = counted.get(value)
      const named = term === 'actor' || term === 'project'
      return {
        term,
        value,
        label: named ? (facet?.label ?? value) : valueLabel(term, value, catalog, messages),
        detail: facet?.detail,
        icon: term === 'resourceType' || term === 'category' ? resourceIcon(catalog, value) : undefined,
        count: facet?.count ?? (facets === undefined ? undefined : 0),
      }
    })
    const matching = items.filter(({ label, detail = '', value }) =>
      fold(`${label} ${detail} ${value}`).includes(needle),
    )
    const ordered =
      term === 'kind' || term === 'status' ? matching : matching.sort((a, b) => (b.count ?? 0) - (a.count ?? 0))
    return { label: termLabel(term, messages), items: ordered }
  })
  return groups.filter(({ items }) => items.length > 0)
}

function groupCounts(catalog: CatalogJson, facets: Facets | undefined): readonly FacetValue[] {
  const ofCategory = new Map(facets?.values.category?.map(({ value, count }) => [value, count]))
  return catalog.groups.map((group) => ({
    value: group,
    label: group,
    count: catalog.resources
      .filter((resource) => resource.group === group)
      .reduce((sum, { type }) => sum + (ofCategory.get(type) ?? 0), 0),
  }))
}
