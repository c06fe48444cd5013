import { defineCatalog } from '@whodid/core'
import { describe, expect, test } from 'vitest'
import { ENGLISH } from '../../text/english.ts'
import { getFilterOptions } from './filter-options.ts'

const catalog = defineCatalog({
  project: { label: 'Project', group: 'Resources' },
  dataset: { group: 'Resources' },
  auth: { label: 'Sign-in', group: 'Security' },
}).json

function getOptions(
  field: Parameters<typeof getFilterOptions>[0],
  values: Parameters<typeof getFilterOptions>[1]['facets'] extends infer F ? F : never,
  { search = '', selected = [] as readonly string[] } = {},
) {
  return getFilterOptions(field, { catalog, messages: ENGLISH, facets: values, getSelected: () => selected, search })
}

const counted = { value: 0, exact: true }

describe('filter options', () => {
  test('list kinds in order with counts, then actions by count', () => {
    const groups = getOptions('action', {
      counted,
      values: {
        kind: [{ value: 'delete', label: 'delete', count: 3 }],
        action: [
          { value: 'project.created', label: 'project.created', count: 1 },
          { value: 'project.deleted', label: 'project.deleted', count: 3 },
        ],
      },
    })
    expect(groups.map(({ label, items }) => [label, items.map((item) => `${item.label} ${item.count}`)])).toEqual([
      ['Kind', ['Create 0', 'Update 0', 'Delete 3', 'Other 0']],
      ['Action', ['Project: Deleted 3', 'Project: Created 1']],
    ])
  })

  test('list actors by name and email, and selected ones without events', () => {
    const facets = { counted, values: { actor: [{ value: 'u1', label: 'Ada', detail: 'ada@acme.test', count: 2 }] } }
    const [group] = getOptions('actor', facets, { selected: ['u9'] })
    expect(group?.items.map(({ value, label, detail }) => [value, label, detail])).toEqual([
      ['u1', 'Ada', 'ada@acme.test'],
      ['u9', 'u9', undefined],
    ])
    expect(getOptions('actor', facets, { search: 'ADA@' })[0]?.items).toHaveLength(1)
    expect(getOptions('actor', facets, { search: 'grace' })).toEqual([])
  })

  test('list groups with the sum of their categories', () => {
    const [groups] = getOptions('category', {
      counted,
      values: {
        category: [
          { value: 'project', label: 'project', count: 4 },
          { value: 'dataset', label: 'dataset', count: 2 },
        ],
      },
    })
    expect(groups?.items.map(({ label, count }) => [label, count])).toEqual([
      ['Resources', 6],
      ['Security', 0],
    ])
  })

  test('have no counts until they are loaded', () => {
    expect(getOptions('status', undefined)[0]?.items.map(({ label, count }) => [label, count])).toEqual([
      ['Succeeded', undefined],
      ['Failed', undefined],
    ])
  })
})
