import { defineCatalog } from '@whodid/core'
import { getVerbKind } from '@whodid/core/language'
import { expect, test } from 'vitest'
import { getActionIcon, getResourceIcon } from './icon.tsx'

const catalog = defineCatalog({
  dataset: { icon: 'database', actions: { exported: { icon: 'rocket' }, cancelled: 'x' } },
}).json

function iconOf(verb: string, status: 'success' | 'failure' = 'success') {
  return getActionIcon(defineCatalog({}).json, { action: `job.${verb}`, kind: getVerbKind(verb), status })
}

test('each of the twelve kinds has an icon of its own', () => {
  const verbs = [
    ...['created', 'updated', 'deleted', 'trashed', 'restored', 'started'],
    ...['completed', 'failed', 'cancelled', 'uploaded', 'exported', 'cloned'],
  ]
  expect(verbs.map((verb) => iconOf(verb))).toEqual(verbs)
})

test('other verbs take the icon of one like them, or of their kind', () => {
  expect(iconOf('removed')).toBe('deleted')
  expect(iconOf('renamed')).toBe('updated')
  expect(iconOf('registered')).toBe('created')
  expect(iconOf('pondered')).toBe('other')
})

test('what failed has the icon of failure, whatever it was', () => {
  expect(iconOf('created', 'failure')).toBe('failed')
})

test('the catalog has the last word', () => {
  expect(getActionIcon(catalog, { action: 'dataset.exported', kind: 'other', status: 'success' })).toBe('rocket')
  expect(getResourceIcon(catalog, 'dataset')).toBe('database')
  expect(getResourceIcon(catalog, 'unheard_of')).toBe('box')
})
