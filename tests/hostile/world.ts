import { type EventStore, type NewEvent, newId } from '@whodid/core'
import { mintViewerToken } from '@whodid/server'
import { createEvent, KEYS, openService, type TestService } from '../../packages/server/test/support/acme.ts'
import { bearer, type Credentials, session } from '../../packages/server/test/support/api.ts'

/** Words in every field of some events and in no request. A response with one contains such an event. */
const MARKS = {
  acme: 'ZQACME',
  /** Events of Acme's project p2. */
  second: 'ZQSECOND',
  /** Events by Linus of Acme. */
  linus: 'ZQLINUS',
  /** Fields of Acme's events that are masked for some. */
  masked: 'ZQMASKED',
  umbrella: 'ZQUMBRELLA',
  initech: 'ZQINITECH',
  /** Events without a tenant. */
  noTenant: 'ZQNOTENANT',
} as const

type Mark = keyof typeof MARKS

const OF_ACME: readonly Mark[] = ['acme', 'second', 'linus', 'masked']

/** A caller and the words they may and may not see. */
export interface Caller {
  readonly name: string
  readonly credentials: Credentials
  readonly forbidden: readonly string[]
  readonly shown: readonly string[]
}

function createCaller(name: string, credentials: Credentials, ...may: readonly Mark[]): Caller {
  return {
    name,
    credentials,
    forbidden: Object.entries(MARKS).flatMap(([mark, word]) => (may.some((each) => each === mark) ? [] : [word])),
    shown: may.map((mark) => MARKS[mark]),
  }
}

/** A service with events of several tenants, and its callers. */
export interface TestWorld extends AsyncDisposable {
  readonly service: TestService
  readonly callers: readonly Caller[]
  /** Ids of events of all tenants. */
  readonly eventIds: readonly string[]
  /** Ids of API keys of Acme. */
  readonly keyIds: readonly string[]
}

const SECRET = 'a-secret-that-only-these-tests-know'

function createMarkedEvent(tenantId: string, word: string, who: string, project: string, more: Partial<NewEvent> = {}) {
  return createEvent({
    tenantId,
    actor: { type: 'user', id: who, name: `${word} Person`, email: `${word.toLowerCase()}@one.test` },
    resource: { type: 'project', id: project, name: `${word} Engine` },
    scope: { project: { id: project, name: `${word} Project` } },
    description: `${word} was described`,
    changes: [{ path: '/name', from: `${word} before`, to: `${word} after` }],
    metadata: { note: word },
    error: { code: 'broken', message: `${word} broke` },
    context: { userAgent: word, requestId: word, route: `/${word}` },
    ...more,
  })
}

function createEvents(): NewEvent[] {
  return Array.from({ length: 8 }, (_, index) => [
    createMarkedEvent('acme', MARKS.acme, 'ada', 'p1'),
    createMarkedEvent('acme', MARKS.second, 'grace', 'p2'),
    createMarkedEvent('acme', MARKS.linus, 'linus', 'p3'),
    createMarkedEvent('acme', MARKS.acme, 'ada', 'p1', {
      actor: { type: 'user', id: 'ada', name: 'Ada', email: `${MARKS.masked.toLowerCase()}@one.test` },
      metadata: { salary: MARKS.masked },
      ...(index % 2 === 0 && { action: 'membership.role_changed' }),
    }),
    createMarkedEvent('umbrella', MARKS.umbrella, 'eve', 'p1'),
    createMarkedEvent('initech', MARKS.initech, 'bob', 'p1'),
    createMarkedEvent('-', MARKS.noTenant, 'nobody', 'p1'),
  ]).flat()
}

/** Opens a service over the store, and appends the events. */
export async function openWorld(store: Promise<EventStore>): Promise<TestWorld> {
  const service = await openService({
    store,
    viewerTokens: { secret: SECRET },
    limits: { events: null, calls: null, attempts: null, exports: null, streams: null },
  })
  const events = createEvents()
  await service.append(events)
  const keyIds: string[] = []
  for (const name of ['one', 'two', 'three']) {
    const request = new Request('http://localhost/api/v1/keys', {
      method: 'POST',
      headers: { ...session('ada'), 'content-type': 'application/json' },
      body: JSON.stringify({ name, scopes: ['read'] }),
    })
    const response = await service.fetch(request)
    const { id } = await (response ?? Response.error()).json()
    keyIds.push(id)
  }
  const token = (name: string, tenants: string[]) =>
    mintViewerToken({
      secret: SECRET,
      viewer: { id: name, name, tenants, permissions: ['view', 'view:all', 'export'] },
    })
  const forged = await mintViewerToken({
    secret: `${SECRET}-but-wrong`,
    viewer: { id: 'ada', name: 'Ada', tenants: ['acme'], permissions: ['view:all', 'admin'] },
  })
  return {
    service,
    eventIds: events.map(({ id }) => id ?? newId()),
    keyIds,
    callers: [
      createCaller('an anonymous caller', {}),
      createCaller('an unknown key', bearer('whodid_read_0123456789abcdefghijABCDEFGHIJ')),
      createCaller('Basic credentials', { authorization: 'Basic YWRhOmRlbW8=' }),
      createCaller('a forged token', bearer(forged)),
      createCaller('mallory', session('mallory')),
      createCaller('an ingest key of Acme', bearer(KEYS.acmeIngest)),
      createCaller('a read key of Acme', bearer(KEYS.acmeRead), ...OF_ACME),
      createCaller('an export key of Acme', bearer(KEYS.acmeExport), ...OF_ACME),
      createCaller('an admin key of Acme', bearer(KEYS.acmeAdmin), ...OF_ACME),
      createCaller('an ingest key of Umbrella', bearer(KEYS.umbrellaIngest)),
      createCaller('a read key of Umbrella', bearer(KEYS.umbrellaRead), 'umbrella'),
      createCaller('an ingest key of all', bearer(KEYS.allIngest)),
      createCaller('a read key of all', bearer(KEYS.allRead), ...OF_ACME, 'umbrella', 'initech', 'noTenant'),
      createCaller('a token for Umbrella', bearer(await token('tina', ['umbrella'])), 'umbrella'),
      createCaller('ada', session('ada'), ...OF_ACME),
      createCaller('linus', session('linus'), 'linus'),
      createCaller('eve', session('eve'), 'umbrella'),
      createCaller('both', session('both'), ...OF_ACME, 'umbrella'),
      createCaller('masked', session('masked'), 'acme', 'second', 'linus'),
      createCaller('narrow', session('narrow'), 'second'),
      createCaller('none', session('none')),
      createCaller('sneaky', session('sneaky'), ...OF_ACME),
      createCaller('nowhere', session('nowhere')),
    ],
    [Symbol.asyncDispose]: () => service.close(),
  }
}
