import { defineCatalog } from '@whodid/core'
import { getVerbKind } from '@whodid/core/language'
import { expect, test } from 'vitest'
import { getActionIcon, getResourceIcon } from './icon.tsx'

const catalog = defineCatalog({
  dataset: { icon: 'database', actions: { exported: { icon: 'rocket' }, cancelled: 'x' } },
}).json

function getIcon(verb: string, status: 'success' | 'failure' = 'success') {
  return getActionIcon(defineCatalog({}).json, { action: `job.${verb}`, kind: getVerbKind(verb), status })
}

test('each of the twelve main verbs has its own icon', () => {
  const verbs = [
    ...['created', 'updated', 'deleted', 'trashed', 'restored', 'started'],
    ...['completed', 'failed', 'cancelled', 'uploaded', 'exported', 'cloned'],
  ]
  expect(verbs.map((verb) => getIcon(verb))).toEqual(verbs)
})

test('other verbs use the icon of a similar verb, or of their kind', () => {
  expect(getIcon('removed')).toBe('deleted')
  expect(getIcon('renamed')).toBe('updated')
  expect(getIcon('registered')).toBe('created')
  expect(getIcon('pondered')).toBe('other')
})

test('failed events use the failure icon', () => {
  expect(getIcon('created', 'failure')).toBe('failed')
})

test('icons of the catalog take precedence', () => {
  expect(getActionIcon(catalog, { action: 'dataset.exported', kind: 'other', status: 'success' })).toBe('rocket')
  expect(getResourceIcon(catalog, 'dataset')).toBe('database')
  expect(getResourceIcon(catalog, 'unheard_of')).toBe('box')
})
