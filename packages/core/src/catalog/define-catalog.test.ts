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

/** Returns the message of the error that an invalid catalog throws. */
function getError(data: unknown, metadata?: unknown): string {
  try {
    Reflect.apply(defineCatalog, undefined, [data, { metadata }])
  } catch (error) {
    if (error instanceof WhodidError && error.code === 'invalid_catalog') return error.message
    throw error
  }
  throw new Error('The catalog is valid.')
}

describe('a catalog', () => {
  test('has created, updated and deleted for every resource', () => {
    const names = catalog.json.actions.map((action) => action.name)
    for (const type of ['project', 'membership', 'api_key']) {
      for (const verb of ['created', 'updated', 'deleted']) expect(names).toContain(`${type}.${verb}`)
    }
    expect(new Set(names).size).toBe(names.length)
    expect(findAction(catalog.json, 'api_key.deleted')).toMatchObject({ kind: 'delete', say: '{resource} was deleted' })
  })

  test('resolves declared fields and fills in defaults', () => {
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

  test('survives a round trip through JSON', () => {
    const received = JSON.parse(JSON.stringify(catalog.json))
    expect(received).toEqual(catalog.json)
    expect(findAction(received, 'project.archived')?.say).toBe('{resource.name} was archived')
  })

  test('resolves former names', () => {
    expect(catalog.json.aliases).toEqual({ 'project.shelved': 'project.archived' })
    expect(findAction(catalog.json, 'project.shelved')?.name).toBe('project.archived')
  })

  test('creates defaults for unknown actions and types', () => {
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

  test('ignores names that objects inherit', () => {
    expect(findAction(catalog.json, 'constructor')).toBeUndefined()
    expect(resolveResource(catalog.json, '__proto__').label).toBe('Proto')
  })
})

describe('a mistake is reported with its path', () => {
  test.each([
    [{ 'api-key': {} }, undefined, 'the resource type "api-key" has an invalid name'],
    [{ Project: {} }, undefined, 'the resource type "Project" has an invalid name'],
    [{ audit: {} }, undefined, 'the resource type "audit" is reserved'],
    [{ project: { lable: 'x' } }, undefined, 'project has an unknown field "lable". Fields are label, icon'],
    [
      { project: { actions: { 'role changed': 'x' } } },
      undefined,
      'the action of project "role changed" has an invalid name',
    ],
    [
      { project: { actions: { archived: { kind: 'edit' } } } },
      undefined,
      'project.archived.kind must be one of create, update, delete, other, not "edit"',
    ],
    [{ project: { actions: { archived: { say: '' } } } }, undefined, 'project.archived.say must be a non-empty string'],
    [
      { project: { actions: { archived: '{resource.nmae} x' } } },
      undefined,
      'project.archived.say has an unknown path {resource.nmae}',
    ],
    [
      { project: { actions: { archived: '{metadata} x' } } },
      undefined,
      'project.archived.say has an unknown path {metadata}',
    ],
    [{ project: { actions: { archived: 'a { b' } } }, undefined, 'project.archived.say has an unmatched brace'],
    [{ project: { actions: { archived: 3 } } }, undefined, 'project.archived must be an object, not 3'],
    [{ project: { href: 'javascript:alert({resource.id})' } }, undefined, 'A link must be relative'],
    [{ project: { href: '/p/{resource.nr}' } }, undefined, 'project.href has an unknown path {resource.nr}'],
    [
      { project: { actions: { archived: { aliases: ['removed'] } } } },
      undefined,
      'project.archived.aliases has "removed"',
    ],
    [{ project: { actions: { archived: { aliases: ['project.created'] } } } }, undefined, 'which is also an action'],
    [
      { project: { actions: { archived: { aliases: ['project.gone'] }, hidden: { aliases: ['project.gone'] } } } },
      undefined,
      'project.hidden.aliases has "project.gone", which project.archived.aliases has too',
    ],
    [{ a: { segments: ['x'] }, b: { segments: ['x'] } }, undefined, 'b.segments has "x", which a.segments has too'],
    [
      { project: { actions: { archived: { personal: 'email' } } } },
      undefined,
      'project.archived.personal must be an array',
    ],
    [{ project: {} }, { 'project.exploded': z.string() }, 'metadata has a schema for "project.exploded"'],
  ])('%o', (data, metadata, message) => {
    expect(getError(data, metadata)).toContain(message)
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
  // @ts-expect-error a schema makes metadata required
  metadata('membership.role_changed', undefined)
  // @ts-expect-error the schema sets the type
  metadata('membership.role_changed', { role: 1 })

  // @ts-expect-error a schema for an unknown action
  expect(() => defineCatalog({ project: {} }, { metadata: { 'project.exploded': z.object({}) } })).toThrow()
  // @ts-expect-error no such kind
  expect(() => defineCatalog({ project: { actions: { archived: { kind: 'edit' } } } })).toThrow()

  // Every catalog is assignable to `Catalog`.
  const any: Catalog = catalog
  const anyAction: ActionOf<Catalog<CatalogData>> = 'anything.goes'
  expect([any.json, anyAction]).toEqual([catalog.json, 'anything.goes'])
})
