import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { WhodidError } from '../errors.ts'
import type { Catalog, CatalogData } from './catalog.ts'
import { type ActionOf, defineCatalog, type MetadataOf } from './define-catalog.ts'
import { findAction, resolveAction, resolveResource } from './resolve.ts'

const catalog = defineCatalog(
  {
    project: {
      label: 'Project',
      icon: 'folder',
      group: 'Resources',
      href: '/projects/{resource.id}',
      actions: {
        created: '{resource.name} was created',
        archived: { kind: 'update', say: '{resource.name} was archived', aliases: ['project.shelved'] },
      },
    },
    membership: {
      label: 'Member',
      group: 'Security',
      personal: true,
      actions: {
        role_changed: { say: 'Member role changed to {metadata.role}', severity: 'critical', delivery: 'durable' },
      },
    },
    api_key: {},
  },
  { metadata: { 'membership.role_changed': z.object({ role: z.string(), was: z.string().optional() }) } },
)

/** The message of the error that a catalog is refused with. */
function refusal(data: unknown, metadata?: unknown): string {
  try {
    Reflect.apply(defineCatalog, undefined, [data, { metadata }])
  } catch (error) {
    if (error instanceof WhodidError && error.code === 'invalid_catalog') return error.message
    throw error
  }
  throw new Error('The catalog was taken.')
}

describe('a catalog', () => {
  test('has created, updated and deleted of every resource without their being written', () => {
    const names = catalog.json.actions.map((action) => action.name)
    for (const type of ['project', 'membership', 'api_key']) {
      for (const verb of ['created', 'updated', 'deleted']) expect(names).toContain(`${type}.${verb}`)
    }
    expect(new Set(names).size).toBe(names.length)
    expect(findAction(catalog.json, 'api_key.deleted')).toMatchObject({ kind: 'delete', say: '{resource} was deleted' })
  })

  test('resolves what is written, and fills in the rest', () => {
    expect(findAction(catalog.json, 'membership.role_changed')).toEqual({
      name: 'membership.role_changed',
      category: 'membership',
      verb: 'role_changed',
      kind: 'update',
      label: 'Role changed',
      say: 'Member role changed to {metadata.role}',
      sayFailed: 'Could not change the role of {resource}{reason}',
      severity: 'critical',
      delivery: 'durable',
      onFailure: 'open',
      icon: null,
      personal: [],
    })
    expect(resolveResource(catalog.json, 'api_key')).toEqual({
      type: 'api_key',
      label: 'API key',
      icon: null,
      group: 'Other',
      href: null,
      personal: false,
      segments: [],
    })
    expect(catalog.json.groups).toEqual(['Resources', 'Security', 'Other'])
  })

  test('is the same after a journey as JSON', () => {
    const received = JSON.parse(JSON.stringify(catalog.json))
    expect(received).toEqual(catalog.json)
    expect(findAction(received, 'project.archived')?.say).toBe('{resource.name} was archived')
  })

  test('follows retired names', () => {
    expect(catalog.json.aliases).toEqual({ 'project.shelved': 'project.archived' })
    expect(findAction(catalog.json, 'project.shelved')?.name).toBe('project.archived')
  })

  test('makes defaults for an action and a type that it does not know', () => {
    expect(findAction(catalog.json, 'invoice.voided')).toBeUndefined()
    expect(resolveAction(catalog.json, 'invoice.voided')).toMatchObject({
      category: 'invoice',
      verb: 'voided',
      kind: 'other',
      label: 'Voided',
      say: '{resource} was voided',
    })
    expect(resolveResource(catalog.json, 'credit_alert')).toMatchObject({ label: 'Credit alert', group: 'Other' })
  })

  test('knows nothing of names that objects inherit', () => {
    expect(findAction(catalog.json, 'constructor')).toBeUndefined()
    expect(resolveResource(catalog.json, '__proto__').label).toBe('Proto')
  })
})

describe('a mistake is refused with its place', () => {
  test.each([
    [{ 'api-key': {} }, undefined, 'the resource type is named "api-key"'],
    [{ Project: {} }, undefined, 'the resource type is named "Project"'],
    [{ audit: {} }, undefined, `"audit" is taken by whodid's own events`],
    [{ project: { lable: 'x' } }, undefined, 'project has "lable", which is none of label, icon'],
    [{ project: { actions: { 'role changed': 'x' } } }, undefined, 'an action of project is named "role changed"'],
    [
      { project: { actions: { archived: { kind: 'edit' } } } },
      undefined,
      'project.archived.kind is "edit": it must be one of',
    ],
    [
      { project: { actions: { archived: { say: '' } } } },
      undefined,
      'project.archived.say must be a text that is not empty',
    ],
    [
      { project: { actions: { archived: '{resource.nmae} x' } } },
      undefined,
      'project.archived.say has {resource.nmae}',
    ],
    [{ project: { actions: { archived: '{metadata} x' } } }, undefined, 'project.archived.say has {metadata}'],
    [{ project: { actions: { archived: 'a { b' } } }, undefined, 'a brace needs its partner'],
    [{ project: { actions: { archived: 3 } } }, undefined, 'project.archived must be an object, not 3'],
    [{ project: { href: 'javascript:alert({resource.id})' } }, undefined, 'a link must be relative'],
    [{ project: { href: '/p/{resource.nr}' } }, undefined, 'project.href has {resource.nr}'],
    [
      { project: { actions: { archived: { aliases: ['removed'] } } } },
      undefined,
      'project.archived.aliases has "removed"',
    ],
    [
      { project: { actions: { archived: { aliases: ['project.created'] } } } },
      undefined,
      'which is an action of its own',
    ],
    [
      { project: { actions: { archived: { aliases: ['project.gone'] }, hidden: { aliases: ['project.gone'] } } } },
      undefined,
      'project.hidden.aliases has "project.gone", which project.archived has already',
    ],
    [{ a: { segments: ['x'] }, b: { segments: ['x'] } }, undefined, 'b.segments has "x", which a has already'],
    [
      { project: { actions: { archived: { personal: 'email' } } } },
      undefined,
      'project.archived.personal must be a list',
    ],
    [{ project: {} }, { 'project.exploded': z.string() }, 'metadata has a schema for "project.exploded"'],
  ])('%o', (data, metadata, message) => {
    expect(refusal(data, metadata)).toContain(message)
  })
})

test('actions and metadata are typed', () => {
  const name = (action: ActionOf<typeof catalog>) => action
  const metadata = <A extends ActionOf<typeof catalog>>(_action: A, value: MetadataOf<typeof catalog, A>) => value

  expect(name('project.archived')).toBe('project.archived')
  expect(name('api_key.deleted')).toBe('api_key.deleted')
  // @ts-expect-error no such action
  name('project.exploded')
  // @ts-expect-error an action of another resource
  name('api_key.archived')

  metadata('membership.role_changed', { role: 'owner' })
  metadata('project.archived', undefined)
  metadata('project.archived', { anything: [1] })
  // @ts-expect-error a schema makes its metadata needed
  metadata('membership.role_changed', undefined)
  // @ts-expect-error and of its shape
  metadata('membership.role_changed', { role: 1 })

  // @ts-expect-error a schema for no action
  expect(() => defineCatalog({ project: {} }, { metadata: { 'project.exploded': z.object({}) } })).toThrow()
  // @ts-expect-error no such kind
  expect(() => defineCatalog({ project: { actions: { archived: { kind: 'edit' } } } })).toThrow()

  // A catalog of any host is a catalog, whose actions are any pairs.
  const any: Catalog = catalog
  const loose: ActionOf<Catalog<CatalogData>> = 'anything.goes'
  expect([any.json, loose]).toEqual([catalog.json, 'anything.goes'])
})
