import { newId, type Viewer } from '@whodid/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mintViewerToken } from '../src/auth/viewer-token.ts'
import { COMPAT } from '../src/compat/index.ts'
import { VERBS } from '../src/operations/index.ts'
import type { Verb } from '../src/operations/operation.ts'
import { event, openService, type TestService } from './support/acme.ts'
import { key } from './support/api.ts'
import { restRequest, send, trpcRequest } from './support/calls.ts'

const SECRET = 'a-secret-that-only-tests-know-of'
const HIDDEN = 'HIDDEN'
const EVERY: Viewer['permissions'] = ['view', 'view:all', 'export', 'admin']

/** An event whose every value of somebody's own has a word in it. */
function telling(word: string, resourceId: string, actorId: string) {
  return event({
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
const hidden = telling(HIDDEN, 'p1', 'mallory')
const shown = telling('SHOWN', 'p2', 'grace')

beforeAll(async () => {
  service = await openService({ viewerTokens: { secret: SECRET } })
  await service.append([hidden, shown, event({ tenantId: 'umbrella', actor: { type: 'user', id: 'grace' } })])
})
afterAll(() => service.close())

async function signIn(more: Partial<Viewer>) {
  const viewer = { id: 'auditor', name: 'Auditor', tenants: ['acme'], permissions: EVERY, ...more }
  return key(await mintViewerToken({ secret: SECRET, viewer }))
}

/** What is asked of each verb that could tell of an event; what changes for good is left out. */
const QUESTIONS: Record<string, readonly Record<string, unknown>[]> = {
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
const CHANGES = ['append', 'retention.set', 'people.erase', 'keys.create', 'keys.revoke', 'viewerTokens.revoke']
const TELLS = ['list', 'export', 'get', 'userActivity', 'history', 'follow', 'facets', 'stats']

test('every verb that could tell is asked', () => {
  const names = [...VERBS, ...COMPAT].map(({ name }) => name)
  expect([...Object.keys(QUESTIONS), ...CHANGES].toSorted()).toEqual(names.toSorted())
})

function asked(verbs: readonly Verb[]) {
  return verbs.filter(({ name }) => name in QUESTIONS).map((verb) => [verb.name, verb] as const)
}

describe.each([
  ['REST', restRequest, asked([...VERBS, ...COMPAT])],
  ['tRPC', trpcRequest, asked(VERBS)],
] as const)('over %s', (_name, requestOf, verbs) => {
  /** All answers of a verb as one text. Of a stream the part until an event has come that everybody may see. */
  const answers = async (verb: Verb, more: Partial<Viewer>, sent: () => ReturnType<typeof event>) => {
    const who = await signIn(more)
    let all = ''
    for (const input of QUESTIONS[verb.name] ?? []) {
      let last: string | undefined
      const { text, status } = await send(service, requestOf(verb, input, who), async (part) => {
        if (verb.answers !== 'events') return false
        if (last === undefined) {
          const mark = sent()
          last = mark.id
          await service.append([telling(HIDDEN, 'p1', 'mallory'), mark])
        }
        return part.includes(last ?? '')
      })
      expect(status).toBeLessThan(500)
      // What was asked may come back in the sentence that refuses it.
      if (status === 200) all += text
    }
    return all
  }

  test.each(verbs)('a viewer of one record sees its history and nothing else: %s', async (name, verb) => {
    const filter = { resourceType: ['project'], resourceId: ['p2'] }
    const text = await answers(verb, { filter }, () => telling('SHOWN', 'p2', 'grace'))
    expect(text).not.toContain(HIDDEN)
    expect(text).not.toContain('mallory')
    expect(text).not.toMatch(/"changed":[1-9]/)
    if (TELLS.includes(name)) expect(text).toContain('SHOWN')
  })

  test.each(verbs)('masked fields are masked: %s', async (name, verb) => {
    const masked = [
      ...['actor.name', 'actor.email', 'actor.onBehalfOf', 'resource.name', 'resource.href', 'scope', 'description'],
      ...['error', 'changes', 'metadata', 'context'],
    ]
    const text = await answers(verb, { masked }, () => telling('SHOWN', 'p2', 'grace'))
    expect(text).not.toContain(HIDDEN)
    expect(text).not.toContain('SHOWN')
    expect(text).not.toContain('192.0.2.66')
    if (TELLS.includes(name)) expect(text).toMatch(/p1|mallory/)
  })

  test.each(verbs)('without view:all one’s own activity and nothing else: %s', async (name, verb) => {
    const permissions: Viewer['permissions'] = ['view', 'export']
    const text = await answers(verb, { id: 'grace', permissions }, () => telling('SHOWN', 'p2', 'grace'))
    expect(text).not.toContain(HIDDEN)
    expect(text).not.toContain('mallory')
    if (TELLS.includes(name)) expect(text).toContain('SHOWN')
  })
})

test('a user’s own feed over all organisations they belong to', async () => {
  const list = VERBS.find(({ name }) => name === 'list')
  if (!list) throw new Error('There is no list.')
  const tenants = ['acme', 'umbrella', newId()]
  const who = await signIn({ id: 'grace', tenants, permissions: ['view'] })
  const { text } = await send(service, restRequest(list, { tenant: '*', limit: 100 }, who))
  const { items }: { items: { tenantId: string; actor: { id: string } }[] } = JSON.parse(text)
  expect(new Set(items.map(({ tenantId }) => tenantId))).toEqual(new Set(['acme', 'umbrella']))
  expect(new Set(items.map(({ actor }) => actor.id))).toEqual(new Set(['grace']))
})
