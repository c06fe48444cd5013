import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineCatalog } from '../catalog/define-catalog.ts'
import type { DisclosedEvent } from '../contracts/administration.ts'
import { FORMER_USER, type NewEvent, type PreparedEvent } from '../event/event.ts'
import { foldText } from '../filter/search-text.ts'
import { hashDisclosure, hashLeaf } from './canonical.ts'
import { type EraseOptions, erasePersonFromEvent } from './erase.ts'
import { prepareEvent } from './prepare.ts'

const { json: catalog } = defineCatalog({
  project: { actions: { archived: '{resource.name} was archived by {actor.name}' } },
  member: {
    personal: true,
    actions: {
      role_changed: { say: 'Role of {resource.name} changed to {metadata.role}', personal: ['phone'] },
      invited: { say: '{actor.name} invited {resource.name} at {metadata.email}', personal: ['email'] },
    },
  },
})

const ada = { type: 'user', id: 'u1', name: 'Ada Lovelace', email: 'ada@acme.test' } as const
const grace = { type: 'user', id: 'u2', name: 'Grace Hopper', email: 'grace@acme.test' } as const
const context = { channel: 'ui', ip: '203.0.113.9', userAgent: 'Test/1.0' } as const

function prepare(event: Partial<NewEvent> = {}): PreparedEvent {
  return prepareEvent(
    {
      action: 'project.archived',
      actor: ada,
      resource: { type: 'project', id: 'p1', name: 'Engine' },
      context,
      ...event,
    },
    { catalog, tenantId: 'acme', receivedAt: Date.parse('2026-11-20T10:00:00.000Z') },
  )
}

function stored(event: PreparedEvent): DisclosedEvent {
  return {
    event: {
      ...event,
      seq: 1,
      resource: { ...event.resource, href: event.resource.href ?? null, deleted: false },
      seen: false,
      archived: false,
    },
    disclosures: event.disclosures,
  }
}

function erase(event: PreparedEvent, personId = 'u1', options: Partial<EraseOptions> = {}) {
  return erasePersonFromEvent(stored(event), personId, { catalog, ...options })
}

function disclosed(disclosures: readonly string[]): { readonly [path: string]: unknown } {
  return Object.fromEntries(
    disclosures.map((disclosure) => JSON.parse(Buffer.from(disclosure, 'base64url').toString()).slice(1)),
  )
}

function sealed(event: PreparedEvent) {
  return JSON.parse(new TextDecoder().decode(event.canonical))
}

describe('the actor', () => {
  test('loses name, email, IP address, user agent and their disclosures, and keeps the id', () => {
    const event = prepare({ metadata: { size: 3 } })
    const erased = erase(event)
    expect(erased).toEqual({
      id: event.id,
      actorName: FORMER_USER,
      actorEmail: null,
      onBehalfOfName: null,
      impersonatedByName: null,
      resourceName: 'Engine',
      description: 'Engine was archived by A former user',
      ip: null,
      userAgent: null,
      metadata: { size: 3 },
      changes: [],
      disclosures: [],
      searchText: expect.not.stringContaining('lovelace'),
    })
  })

  test('is erased without the names of others, whose disclosures still match the canonical bytes', () => {
    const event = prepare({
      action: 'member.role_changed',
      actor: { ...ada, onBehalfOf: { id: 'u2', name: 'Grace Hopper' }, impersonatedBy: { id: 'u3', name: 'Root' } },
      resource: { type: 'member', id: 'm2', name: 'Linus' },
      changes: [{ path: '/name', from: 'Linux', to: 'Linus' }],
      metadata: { role: 'owner' },
    })
    const erased = erase(event)
    expect(erased).toMatchObject({
      actorName: FORMER_USER,
      onBehalfOfName: 'Grace Hopper',
      impersonatedByName: 'Root',
      resourceName: 'Linus',
      description: 'Role of Linus changed to owner',
      changes: [{ path: '/name', from: 'Linux', to: 'Linus' }],
    })
    expect(disclosed(erased.disclosures)).toEqual({
      '/actor/onBehalfOf/name': 'Grace Hopper',
      '/actor/impersonatedBy/name': 'Root',
      '/resource/name': 'Linus',
      '/description': 'Role of Linus changed to owner',
      '/changes/0/from': 'Linux',
      '/changes/0/to': 'Linus',
    })
    const { _sd } = sealed(event)
    for (const disclosure of erased.disclosures) expect(_sd).toContain(hashDisclosure(disclosure))
    expect(_sd).toHaveLength(event.disclosures.length)
    expect(hashLeaf(event.canonical)).toEqual(event.leafHash)
  })

  test('is erased as onBehalfOf or impersonatedBy too, with IP address and user agent', () => {
    const actor = { ...grace, onBehalfOf: { id: 'u1', name: 'Ada' }, impersonatedBy: { id: 'u1', name: 'Ada' } }
    expect(erase(prepare({ actor }))).toMatchObject({
      actorName: 'Grace Hopper',
      actorEmail: 'grace@acme.test',
      onBehalfOfName: FORMER_USER,
      impersonatedByName: FORMER_USER,
      ip: null,
      userAgent: null,
      description: 'Engine was archived by Grace Hopper',
    })
  })
})

describe('a person as the resource', () => {
  test('loses the name, and the actor keeps everything', () => {
    const event = prepare({
      action: 'member.role_changed',
      actor: grace,
      resource: { type: 'member', id: 'u1', name: 'Ada Lovelace' },
      changes: [
        { path: '/name', from: 'Ada Byron', to: 'Ada Lovelace' },
        { path: '/phone', to: '555' },
        { path: '/role', from: 'member', to: 'owner' },
      ],
      metadata: { role: 'owner', phone: '555' },
    })
    expect(erase(event)).toMatchObject({
      actorName: 'Grace Hopper',
      ip: '203.0.113.9',
      userAgent: 'Test/1.0',
      resourceName: null,
      description: 'Role of A former user changed to owner',
      changes: [{ path: '/name' }, { path: '/phone' }, { path: '/role', from: 'member', to: 'owner' }],
      metadata: { role: 'owner' },
    })
    expect(Object.keys(disclosed(erase(event).disclosures)).sort()).toEqual([
      '/actor/email',
      '/actor/name',
      '/context/ip',
      '/context/userAgent',
    ])
  })

  test('is found by name under another id, unless the name matches in part only', () => {
    const about = (name: string) =>
      erase(prepare({ action: 'member.role_changed', resource: { type: 'member', id: 'm7', name } }))
    expect(about('ada lovelace').resourceName).toBeNull()
    expect(about('Ada Yonath').resourceName).toBe('Ada Yonath')
  })

  test('is erased only when the type is personal', () => {
    const event = prepare({ actor: grace, resource: { type: 'project', id: 'u1', name: 'Engine' } })
    expect(erase(event).resourceName).toBe('Engine')
    expect(erase(event).disclosures).toEqual(event.disclosures)
  })
})

describe('metadata', () => {
  test('loses personal keys and the given paths', () => {
    const event = prepare({
      action: 'member.invited',
      resource: { type: 'member', id: 'm2', name: 'Linus' },
      metadata: { email: 'linus@acme.test', home: { city: 'London', zip: 'W1' }, plan: 'pro' },
    })
    expect(erase(event, 'u1', { fields: ['metadata.home.city', 'metadata.none.such'] })).toMatchObject({
      metadata: { home: { zip: 'W1' }, plan: 'pro' },
      description: 'A former user invited Linus at unknown',
    })
    expect(erase(event, 'u1', { fields: ['metadata'] }).metadata).toEqual({})
  })
})

describe('a description', () => {
  const written = (description: string, options: Partial<EraseOptions> = {}) =>
    erase(prepare({ description }), 'u1', options)

  test('without an erased name stays, with its disclosure', () => {
    const { description, disclosures } = written('Archived at the end of the sprint')
    expect(description).toBe('Archived at the end of the sprint')
    expect(disclosed(disclosures)).toEqual({ '/description': description })
  })

  test('written by the host keeps its words around the name', () => {
    expect(written('Engine, by Ada Lovelace <ada@acme.test>').description).toBe(
      'Engine, by A former user <A former user>',
    )
  })

  test.each([
    'ADA put Engine away',
    'adá lovelace put Engine away',
    'Lovelace’s last act',
    'From 203.0.113.9',
    'By Ada Lovelace, called Ada',
  ])('is rendered again when a trace would be left: %s', (description) => {
    expect(written(description).description).toBe('Engine was archived by A former user')
  })

  test('drops the resource, and then every name, when they would reveal the person', () => {
    const named = (name: string, id: string) => erase(prepare({ resource: { type: 'project', id, name } })).description
    expect(named('Ada’s Engine', 'p1')).toBe('p1 was archived by A former user')
    expect(named('Ada’s Engine', 'ada')).toBe('Archived')
  })

  test('loses names that the person has in other events', () => {
    const event = prepare({ actor: { type: 'user', id: 'u1' }, description: 'Countess Lovelace archived it' })
    expect(erase(event).description).toBe('Countess Lovelace archived it')
    expect(erase(event, 'u1', { names: ['Ada Lovelace'] }).description).toBe('Engine was archived by A former user')
  })
})

test('erasing twice has no further effect', () => {
  const event = prepare({ action: 'member.invited', metadata: { email: 'x@acme.test' } })
  const once = erase(event)
  const again = erasePersonFromEvent(
    {
      event: {
        ...stored(event).event,
        actor: { type: 'user', id: 'u1' },
        description: once.description,
        metadata: once.metadata,
        context: { ...event.context, ip: once.ip, userAgent: once.userAgent },
      },
      disclosures: once.disclosures,
    },
    'u1',
    { catalog },
  )
  expect(again).toEqual(once)
})

test('no erased value is left in any event, and all remaining values match the sealed ones', () => {
  const name = fc.stringMatching(/^[A-Z][a-zé]{4,9} [A-ZÖ][a-z]{4,9}$/)
  const word = fc.oneof(name, fc.constantFrom('moved', 'the', 'card', '—', '{', '5'))
  fc.assert(
    fc.property(
      name,
      fc.array(word, { minLength: 1, maxLength: 6 }),
      fc.nat(5),
      fc.constantFrom('member.invited', 'member.role_changed', 'member.unheard_of'),
      (person, words, at, action) => {
        const text = words.toSpliced(at, 0, person).join(' ')
        const event = prepare({
          action,
          actor: { type: 'user', id: 'u1', name: person, email: 'somebody@acme.test' },
          resource: { type: 'member', id: 'm1', name: text.slice(0, 40) },
          changes: [{ path: '/name', from: person, to: text }],
          metadata: { email: text, phone: person },
          description: text,
        })
        const erased = erase(event, 'u1', { fields: ['metadata.phone', 'metadata.email'] })
        const left = `${JSON.stringify(erased)} ${JSON.stringify(disclosed(erased.disclosures))}`
        if (text.slice(0, 40).includes(person)) expect(foldText(left)).not.toContain(foldText(person))
        expect(erased.description).not.toContain(person)
        expect(left).not.toContain('somebody@acme.test')
        expect(left).not.toContain('203.0.113.9')
        const { _sd } = sealed(event)
        for (const disclosure of erased.disclosures) expect(_sd).toContain(hashDisclosure(disclosure))
      },
    ),
  )
})
