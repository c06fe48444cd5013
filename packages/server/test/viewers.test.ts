import { newId, type Viewer } from '@whodid/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mintViewerToken } from '../src/auth/viewer-token.ts'
import { COMPAT_OPERATIONS } from '../src/compat/index.ts'
import { OPERATIONS } from '../src/operations/index.ts'
import type { Operation } from '../src/operations/operation.ts'
import { createEvent, openService, type TestService } from './support/acme.ts'
import { bearer } from './support/api.ts'
import { createRestRequest, createTrpcRequest, send } from './support/requests.ts'

const SECRET = 'a-secret-that-only-tests-know-of'
const HIDDEN = 'HIDDEN'
const EVERY: Viewer['permissions'] = ['view', 'view:all', 'export', 'admin']

/** Creates an event with a word in every value. */
function createMarkedEvent(word: string, resourceId: string, actorId: string) {
  return createEvent({
    action: 'project.updated',
    actor: {
      type: 'user',
      id: actorId,
      name: `${word} name`,
      email: `${word}@acme.test`,
      onBehalfOf: { id: `${actorId}-boss`, name: `${word} boss` },
    },
    resource: { type: 'project', id: resourceId, name: `${word} project`, href: `https://acme.test/${word}` },
    scope: { project: { id: resourceId, name: `${word} project` } },
    description: `${word} was done`,
    status: 'failure',
    error: { code: `${word}_code`, message: `${word} message` },
    changes: [{ path: '/name', from: `${word} from`, to: { deep: [`${word} to`] } }],
    metadata: { note: word, deep: { list: [`${word} in a list`] } },
    context: { ip: '192.0.2.66', userAgent: `${word} agent`, requestId: `${word}-request`, route: `/${word}` },
  })
}

let service: TestService
const hidden = createMarkedEvent(HIDDEN, 'p1', 'mallory')
const shown = createMarkedEvent('SHOWN', 'p2', 'grace')

beforeAll(async () => {
  service = await openService({ viewerTokens: { secret: SECRET } })
  await service.append([hidden, shown, createEvent({ tenantId: 'umbrella', actor: { type: 'user', id: 'grace' } })])
})
afterAll(() => service.close())

async function signIn(more: Partial<Viewer>) {
  const viewer = { id: 'auditor', name: 'Auditor', tenants: ['acme'], permissions: EVERY, ...more }
  return bearer(await mintViewerToken({ secret: SECRET, viewer }))
}

/** Inputs for each operation that could reveal an event. Operations with lasting effects are left out. */
const INPUTS: Record<string, readonly Record<string, unknown>[]> = {
  list: [{}, { q: HIDDEN }, { sort: 'status' }, { resourceId: ['p1'] }, { category: ['audit'] }],
  export: [{ format: 'csv' }, { format: 'json' }, { format: 'ndjson' }],
  get: [{ id: hidden.id }, { id: shown.id }],
  userActivity: [{ userId: 'mallory' }, { userId: 'grace' }],
  history: ['p1', 'p2'].map((id) => ({ type: 'project', id })),
  'inbox.count': [{}],
  'inbox.seen': [{ ids: [hidden.id] }],
  'inbox.unseen': [{ ids: [hidden.id] }],
  'inbox.archive': [{ ids: [hidden.id] }],
  'inbox.unarchive': [{ ids: [hidden.id] }],
  facets: [{}, { search: HIDDEN }],
  follow: [{ lastEventId: '0' }],
  stats: [{}],
  'people.export': [{ id: 'mallory' }, { id: 'grace' }],
  'retention.get': [{}],
  'retention.preview': [{}],
  'keys.list': [{}],
  catalog: [{}],
  viewer: [{}],
  health: [{}],
  'compat.activity': [{}, { search: HIDDEN }],
  'compat.auditLogs': [{}, { resource_id: 'p1' }],
  'compat.userActivity': [{ user_id: 'mallory' }, { user_id: 'grace' }],
  'compat.markSeen': [{ ids: [hidden.id] }],
  'compat.archive': [{ ids: [hidden.id] }],
}
const LASTING = [
  'append',
  'routes.report',
  'retention.set',
  'people.erase',
  'keys.create',
  'keys.revoke',
  'viewerTokens.revoke',
]
const REVEALING = ['list', 'export', 'get', 'userActivity', 'history', 'follow', 'facets', 'stats']

test('every operation that could reveal an event is covered', () => {
  const names = [...OPERATIONS, ...COMPAT_OPERATIONS].map(({ name }) => name)
  expect([...Object.keys(INPUTS), ...LASTING].toSorted()).toEqual(names.toSorted())
})

function selectOperations(operations: readonly Operation[]) {
  return operations.filter(({ name }) => name in INPUTS).map((operation) => [operation.name, operation] as const)
}

describe.each([
  ['REST', createRestRequest, selectOperations([...OPERATIONS, ...COMPAT_OPERATIONS])],
  ['tRPC', createTrpcRequest, selectOperations(OPERATIONS)],
] as const)('over %s', (_name, buildRequest, operations) => {
  /** Returns all responses of an operation as one text. Reads a stream until an event that everyone can see arrives. */
  const answers = async (operation: Operation, more: Partial<Viewer>, sent: () => ReturnType<typeof createEvent>) => {
    const who = await signIn(more)
    let all = ''
    for (const input of INPUTS[operation.name] ?? []) {
      let last: string | undefined
      const { text, status } = await send(service, buildRequest(operation, input, who), async (part) => {
        if (operation.responseType !== 'events') return false
        if (last === undefined) {
          const mark = sent()
          last = mark.id
          await service.append([createMarkedEvent(HIDDEN, 'p1', 'mallory'), mark])
        }
        return part.includes(last ?? '')
      })
      expect(status).toBeLessThan(500)
      // An error may repeat the input.
      if (status === 200) all += text
    }
    return all
  }

  test.each(operations)('a viewer limited to one resource sees only its history: %s', async (name, operation) => {
    const filter = { resourceType: ['project'], resourceId: ['p2'] }
    const text = await answers(operation, { filter }, () => createMarkedEvent('SHOWN', 'p2', 'grace'))
    expect(text).not.toContain(HIDDEN)
    expect(text).not.toContain('mallory')
    expect(text).not.toMatch(/"changed":[1-9]/)
    if (REVEALING.includes(name)) expect(text).toContain('SHOWN')
  })

  test.each(operations)('masked fields are masked: %s', async (name, operation) => {
    const masked = [
      ...['actor.name', 'actor.email', 'actor.onBehalfOf', 'resource.name', 'resource.href', 'scope', 'description'],
      ...['error', 'changes', 'metadata', 'context'],
    ]
    const text = await answers(operation, { masked }, () => createMarkedEvent('SHOWN', 'p2', 'grace'))
    expect(text).not.toContain(HIDDEN)
    expect(text).not.toContain('SHOWN')
    expect(text).not.toContain('192.0.2.66')
    if (REVEALING.includes(name)) expect(text).toMatch(/p1|mallory/)
  })

  test.each(operations)('without view:all only the viewer’s own activity is visible: %s', async (name, operation) => {
    const permissions: Viewer['permissions'] = ['view', 'export']
    const text = await answers(operation, { id: 'grace', permissions }, () => createMarkedEvent('SHOWN', 'p2', 'grace'))
    expect(text).not.toContain(HIDDEN)
    expect(text).not.toContain('mallory')
    if (REVEALING.includes(name)) expect(text).toContain('SHOWN')
  })
})

test('a user sees their own feed over all their organizations', async () => {
  const list = OPERATIONS.find(({ name }) => name === 'list')
  if (!list) throw new Error('There is no list.')
  const tenants = ['acme', 'umbrella', newId()]
  const who = await signIn({ id: 'grace', tenants, permissions: ['view'] })
  const { text } = await send(service, createRestRequest(list, { tenant: '*', limit: 100 }, who))
  const { items }: { items: { tenantId: string; actor: { id: string } }[] } = JSON.parse(text)
  expect(new Set(items.map(({ tenantId }) => tenantId))).toEqual(new Set(['acme', 'umbrella']))
  expect(new Set(items.map(({ actor }) => actor.id))).toEqual(new Set(['grace']))
})
