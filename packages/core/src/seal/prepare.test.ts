import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineCatalog } from '../catalog/define-catalog.ts'
import { WhodidError } from '../errors.ts'
import type { NewEvent } from '../event/event.ts'
import { getIdTime, newId } from '../event/id.ts'
import { hashDisclosure } from './canonical.ts'
import { parseEvent } from './parse.ts'
import { prepareEvent } from './prepare.ts'

const { json: catalog } = defineCatalog({
  project: {
    href: '/projects/{resource.id}',
    actions: { archived: { say: '{resource.name} was archived', severity: 'warning' } },
  },
  member: { personal: true },
  auth: { actions: { login_failed: { say: 'Somebody tried {metadata.email}', personal: ['email'] } } },
})

const receivedAt = Date.parse('2026-11-20T10:00:00.000Z')
const ada = { type: 'user', id: 'u1', name: 'Ada Lovelace', email: 'ada@acme.test' } as const
const base: NewEvent = {
  action: 'project.archived',
  actor: ada,
  resource: { type: 'project', id: 'p1', name: 'Engine' },
}

function prepare(more: Partial<NewEvent> = {}) {
  return prepareEvent({ ...base, ...more }, { catalog, tenantId: 'acme', receivedAt })
}

function sealed(event: { readonly canonical: Uint8Array }) {
  return JSON.parse(new TextDecoder().decode(event.canonical))
}

function disclosed(disclosure: string): [salt: string, name: string, value: unknown] {
  return JSON.parse(Buffer.from(disclosure, 'base64url').toString())
}

function errorWith(message: string) {
  return expect.objectContaining({ code: 'invalid_event', message: expect.stringContaining(message) })
}

describe('defaults', () => {
  test('are filled in', () => {
    const { digest: _d, canonical: _c, leafHash: _l, disclosures: _s, searchText: _t, ...event } = prepare()
    expect(event).toEqual({
      id: expect.any(String),
      occurredAt: '2026-11-20T10:00:00.000Z',
      receivedAt: '2026-11-20T10:00:00.000Z',
      tenantId: 'acme',
      action: 'project.archived',
      category: 'project',
      kind: 'update',
      status: 'success',
      actor: ada,
      resource: { type: 'project', id: 'p1', name: 'Engine' },
      scope: {},
      description: 'Engine was archived',
      severity: 'warning',
      changes: [],
      metadata: {},
      error: null,
      causedBy: null,
      context: { channel: 'api', ip: null, userAgent: null, requestId: null, traceId: null, method: null, route: null },
      redacted: [],
    })
    expect(getIdTime(event.id)).toBe(receivedAt)
  })

  test('do not replace given values', () => {
    const given = { kind: 'other', status: 'failure', severity: 'info', description: 'Mine' } as const
    expect(prepare(given)).toMatchObject(given)
  })

  test('an error makes a failure, with its sentence', () => {
    expect(prepare({ action: 'project.deleted', error: { status: 403 } })).toMatchObject({
      status: 'failure',
      description: 'Could not delete project Engine (403)',
    })
  })

  test('an action outside the catalog has defaults', () => {
    expect(prepare({ action: 'rocket.launched', resource: { type: 'rocket', id: 'r1' } })).toMatchObject({
      category: 'rocket',
      kind: 'other',
      description: 'Rocket r1 was launched',
    })
  })

  test('the input is not changed', () => {
    const input = { ...base, metadata: { password: 'x' } }
    const before = structuredClone(input)
    prepareEvent(input, { catalog, tenantId: 'acme', receivedAt })
    expect(input).toEqual(before)
  })
})

describe('times', () => {
  const ms = receivedAt - 12_345

  test('come from the id, or the id from the time', () => {
    expect(prepare({ id: newId(ms) }).occurredAt).toBe(new Date(ms).toISOString())
    expect(getIdTime(prepare({ occurredAt: new Date(ms).toISOString() }).id)).toBe(ms)
    expect(prepare({ id: newId(ms), occurredAt: '2026-11-20T10:59:47.655+01:00' }).occurredAt).toBe(
      new Date(ms).toISOString(),
    )
  })

  test('must agree', () => {
    expect(() => prepare({ id: newId(ms), occurredAt: new Date(ms + 1).toISOString() })).toThrow(
      errorWith('but the id holds'),
    )
  })

  test('can be at most 5 minutes ahead', () => {
    expect(prepare({ id: newId(receivedAt + 300_000) }).occurredAt).toBe('2026-11-20T10:05:00.000Z')
    expect(() => prepare({ id: newId(receivedAt + 300_001) })).toThrow(errorWith('more than 5 minutes ahead'))
    expect(() => prepare({ occurredAt: '2027-01-01T00:00:00Z' })).toThrow(errorWith('more than 5 minutes ahead'))
  })

  test('before 1970 are rejected', () => {
    expect(() => prepare({ occurredAt: '1969-12-31T23:59:59Z' })).toThrow(errorWith('before 1970'))
  })
})

describe('redaction', () => {
  test('runs again and adds to that of the client', () => {
    const event = prepare({
      resource: { type: 'project', id: 'p1', name: 'Key ghp_16C7e42F292c6912E7710c838347Ae178B4a' },
      metadata: { authToken: 'TOPSECRET', author: 'Ada', pin: '[redacted]' },
      changes: [{ path: '/password', from: 'TOPSECRET', to: 'TOPSECRET' }],
      error: { message: 'with Bearer TOPSECRET' },
      description: 'Set password=TOPSECRET',
      scope: { project: { id: 'p1', name: 'token=TOPSECRET' } },
      redacted: ['/metadata/pin'],
    })
    expect(event).toMatchObject({
      resource: { name: 'Key [redacted]' },
      metadata: { authToken: '[redacted]', author: 'Ada', pin: '[redacted]' },
      changes: [{ path: '/password', from: '[redacted]', to: '[redacted]' }],
      error: { message: 'with [redacted]' },
      description: 'Set password=[redacted]',
    })
    expect([...event.redacted].sort()).toEqual([
      '/changes/0/from',
      '/changes/0/to',
      '/description',
      '/error/message',
      '/metadata/authToken',
      '/metadata/pin',
      '/resource/name',
      '/scope/project/name',
    ])
    const everything = JSON.stringify([event, sealed(event), event.disclosures.map(disclosed)])
    expect(everything).not.toMatch(/TOPSECRET|ghp_/)
  })

  test('covers ids, people and context, which any client can fill', () => {
    const secret = 'token=TOPSECRET'
    const event = prepare({
      actor: { type: 'user', id: secret, name: secret, email: secret },
      resource: { type: 'project', id: secret },
      scope: { project: { id: secret } },
      error: { code: secret },
      context: { userAgent: `Bearer TOPSECRET`, requestId: secret, traceId: secret, route: `/x/${secret}` },
    })
    const everything = JSON.stringify([event, sealed(event), event.disclosures.map(disclosed)])
    expect(everything).not.toContain('TOPSECRET')
    expect(event.redacted).toContain('/context/userAgent')
  })
})

describe('the canonical bytes', () => {
  const event = prepare({
    actor: { ...ada, onBehalfOf: { id: 'u2', name: 'Grace Hopper' }, impersonatedBy: { id: 'u3', name: 'Eve' } },
    context: { ip: '203.0.113.9', userAgent: 'Mozilla/5.0', channel: 'ui' },
    changes: [{ path: '/name', from: 'Motor', to: 'Engine' }],
    metadata: { jobId: 7 },
  })

  test('contain the event, with digests of personal values only', () => {
    const { _salt, _sd, ...members } = sealed(event)
    expect(members).toEqual({
      v: 1,
      tenantId: 'acme',
      id: event.id,
      occurredAt: event.occurredAt,
      receivedAt: event.receivedAt,
      action: 'project.archived',
      category: 'project',
      kind: 'update',
      status: 'success',
      severity: 'warning',
      actor: { type: 'user', id: 'u1', onBehalfOf: { id: 'u2' }, impersonatedBy: { id: 'u3' } },
      resource: { type: 'project', id: 'p1', name: 'Engine' },
      scope: {},
      changes: [{ path: '/name', from: 'Motor', to: 'Engine' }],
      metadata: { jobId: 7 },
      error: null,
      causedBy: null,
      context: { channel: 'ui', requestId: null, traceId: null, method: null, route: null },
      redacted: [],
    })
    expect(Buffer.from(_salt, 'base64url')).toHaveLength(16)
    expect(_sd).toEqual(event.disclosures.map(hashDisclosure).sort())
    expect(Object.fromEntries(event.disclosures.map(disclosed).map(([, name, value]) => [name, value]))).toEqual({
      '/actor/name': 'Ada Lovelace',
      '/actor/email': 'ada@acme.test',
      '/actor/onBehalfOf/name': 'Grace Hopper',
      '/actor/impersonatedBy/name': 'Eve',
      '/description': 'Engine was archived',
      '/context/ip': '203.0.113.9',
      '/context/userAgent': 'Mozilla/5.0',
    })
  })

  test('are hashed as a leaf', () => {
    const leaf = createHash('sha256').update(Uint8Array.of(0)).update(event.canonical).digest('hex')
    expect(Buffer.from(event.leafHash).toString('hex')).toBe(leaf)
  })

  test('differ each time, so that equal events cannot be recognized', () => {
    expect(prepare({ id: event.id }).leafHash).not.toEqual(prepare({ id: event.id }).leafHash)
  })

  test('hide names of personal resources and personal metadata', () => {
    const member = prepare({
      action: 'member.updated',
      resource: { type: 'member', id: 'm1', name: 'Alan Turing' },
      changes: [
        { path: '/name', from: 'Alan', to: 'Alan Turing' },
        { path: '/role', to: 'owner' },
      ],
    })
    expect(JSON.stringify(sealed(member))).not.toContain('Alan')
    expect(sealed(member).changes).toEqual([{ path: '/name' }, { path: '/role', to: 'owner' }])

    const login = prepare({
      action: 'auth.login_failed',
      resource: { type: 'auth', id: null },
      metadata: { email: 'eve@umbrella.test', reason: 'wrong password' },
    })
    expect(login.description).toBe('Somebody tried eve@umbrella.test')
    expect(login.metadata).toEqual({ email: 'eve@umbrella.test', reason: 'wrong password' })
    expect(JSON.stringify(sealed(login))).not.toContain('umbrella')
    expect(login.disclosures.map(disclosed)).toContainEqual([
      expect.any(String),
      '/metadata/email',
      'eve@umbrella.test',
    ])
  })
})

describe('the digest', () => {
  test('is of the event as sent, in any member order', () => {
    const { action, actor, resource } = base
    const options = { catalog, tenantId: 'acme', receivedAt }
    expect(
      prepareEvent({ resource, actor, action, metadata: undefined }, { ...options, receivedAt: receivedAt + 1 }).digest,
    ).toEqual(prepare().digest)
    expect(prepare({ description: 'Mine' }).digest).not.toEqual(prepare().digest)
  })
})

describe('limits', () => {
  test('65,535 canonical bytes', () => {
    const id = newId(receivedAt)
    const rest = prepare({ id, metadata: { text: '' } }).canonical.length
    const text = 'x '.repeat(40_000)
    expect(prepare({ id, metadata: { text: text.slice(0, 65_535 - rest) } }).canonical).toHaveLength(65_535)
    expect(() => prepare({ id, metadata: { text: text.slice(0, 65_536 - rest) } })).toThrow(
      errorWith('The event has 65536 bytes. The limit is 65535'),
    )
  })

  test('65,535 bytes of disclosures', () => {
    const login = { action: 'auth.login_failed', metadata: { email: 'x '.repeat(40_000) }, description: 'Tried' }
    expect(() => prepare(login)).toThrow(errorWith('The limit is 65535'))
  })

  test('32 levels', () => {
    const nested = (levels: number) => {
      let value: NewEvent['metadata'] = {}
      for (let level = 2; level < levels; level += 1) value = { a: value }
      return { metadata: value }
    }
    expect(prepare(nested(32)).canonical.length).toBeGreaterThan(0)
    expect(() => prepare(nested(33))).toThrow(errorWith('more than 32 levels'))
  })

  test('U+0000 and lone surrogates', () => {
    expect(() => prepare({ metadata: { note: 'a\0' } })).toThrow(errorWith('metadata.note contains U+0000'))
    expect(() => prepare({ actor: { ...ada, name: '\udead' } })).toThrow(
      errorWith('actor.name contains a lone surrogate'),
    )
  })
})

test('any input becomes an event or a reason', () => {
  const odd = fc.oneof(
    fc.jsonValue({ stringUnit: 'binary' }),
    fc.constantFrom(undefined, 'a\0', '\ud800', 2 ** 60, '2026-11-20T09:00:00Z', newId(receivedAt), {
      __proto__: null,
    }),
  )
  const members = ['id', 'occurredAt', 'scope', 'description', 'changes', 'metadata', 'error', 'context', 'redacted']
  const sent = fc.dictionary(fc.constantFrom(...members), odd, { maxKeys: 3 })
  const outcomes = { stored: 0, refused: 0, invalid: 0 }
  fc.assert(
    fc.property(sent, odd, (more, metadata) => {
      const parsed = parseEvent({ ...base, metadata: { metadata }, ...more })
      if ('reason' in parsed) {
        expect(parsed.reason).toMatch(/\.$/)
        outcomes.refused += 1
        return
      }
      try {
        const { canonical, digest, leafHash } = prepareEvent(parsed.event, { catalog, tenantId: 'acme', receivedAt })
        expect(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(canonical))).toMatchObject({
          v: 1,
          tenantId: 'acme',
        })
        expect([digest.length, leafHash.length]).toEqual([32, 32])
        outcomes.stored += 1
      } catch (error) {
        expect(error).toBeInstanceOf(WhodidError)
        expect(error).toMatchObject({ code: 'invalid_event' })
        outcomes.invalid += 1
      }
    }),
    { numRuns: 3_000 },
  )
  expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(50)
})
