import { type EventStore, type NewEvent, newId } from '@whodid/core'
import { mintViewerToken } from '@whodid/server'
import { event, KEYS, openService, type TestService } from '../../packages/server/test/support/acme.ts'
import { type Credentials, key, person } from '../../packages/server/test/support/api.ts'

/** Words that stand in every field of some events, and in no request: whoever gets one sees an event with it. */
const MARKS = {
  acme: 'ZQACME',
  /** Acme's project p2. */
  second: 'ZQSECOND',
  /** What Linus of Acme did. */
  linus: 'ZQLINUS',
  /** Fields of Acme's events that are hidden from some. */
  masked: 'ZQMASKED',
  umbrella: 'ZQUMBRELLA',
  initech: 'ZQINITECH',
  /** Events of no tenant. */
  nobody: 'ZQNOBODY',
} as const

type Mark = keyof typeof MARKS

const OF_ACME: readonly Mark[] = ['acme', 'second', 'linus', 'masked']

/** Whoever calls, and which words may reach them. */
export interface Caller {
  readonly name: string
  readonly credentials: Credentials
  readonly forbidden: readonly string[]
  readonly shown: readonly string[]
}

function caller(name: string, credentials: Credentials, ...may: readonly Mark[]): Caller {
  return {
    name,
    credentials,
    forbidden: Object.entries(MARKS).flatMap(([mark, word]) => (may.some((each) => each === mark) ? [] : [word])),
    shown: may.map((mark) => MARKS[mark]),
  }
}

/** A service with events of several tenants, and everybody who may call it. */
export interface World extends AsyncDisposable {
  readonly service: TestService
  readonly callers: readonly Caller[]
  /** Ids of events of all tenants. */
  readonly eventIds: readonly string[]
  /** Ids of API keys of Acme. */
  readonly keyIds: readonly string[]
}

const SECRET = 'a secret of the tests that nobody else could guess'

function markedEvent(tenantId: string, word: string, who: string, project: string, more: Partial<NewEvent> = {}) {
  return event({
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

function eventsOf(): NewEvent[] {
  return Array.from({ length: 8 }, (_, index) => [
    markedEvent('acme', MARKS.acme, 'ada', 'p1'),
    markedEvent('acme', MARKS.second, 'grace', 'p2'),
    markedEvent('acme', MARKS.linus, 'linus', 'p3'),
    markedEvent('acme', MARKS.acme, 'ada', 'p1', {
      actor: { type: 'user', id: 'ada', name: 'Ada', email: `${MARKS.masked.toLowerCase()}@one.test` },
      metadata: { salary: MARKS.masked },
      ...(index % 2 === 0 && { action: 'membership.role_changed' }),
    }),
    markedEvent('umbrella', MARKS.umbrella, 'eve', 'p1'),
    markedEvent('initech', MARKS.initech, 'bob', 'p1'),
    markedEvent('-', MARKS.nobody, 'nobody', 'p1'),
  ]).flat()
}

/** Makes the world in a store. */
export async function openWorld(store: Promise<EventStore>): Promise<World> {
  const service = await openService({
    store,
    viewerTokens: { secret: SECRET },
    limits: { events: null, calls: null, attempts: null, exports: null, streams: null },
  })
  const events = eventsOf()
  await service.append(events)
  const keyIds: string[] = []
  for (const name of ['one', 'two', 'three']) {
    const request = new Request('http://localhost/api/v1/keys', {
      method: 'POST',
      headers: { ...person('ada'), 'content-type': 'application/json' },
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
    secret: `${SECRET}, or so somebody thought`,
    viewer: { id: 'ada', name: 'Ada', tenants: ['acme'], permissions: ['view:all', 'admin'] },
  })
  return {
    service,
    eventIds: events.map(({ id }) => id ?? newId()),
    keyIds,
    callers: [
      caller('nobody', {}),
      caller('an unknown key', key('whodid_read_0123456789abcdefghijABCDEFGHIJ')),
      caller('no bearer at all', { authorization: 'Basic YWRhOmRlbW8=' }),
      caller('a forged token', key(forged)),
      caller('mallory', person('mallory')),
      caller('an ingest key of Acme', key(KEYS.acmeIngest)),
      caller('a read key of Acme', key(KEYS.acmeRead), ...OF_ACME),
      caller('an export key of Acme', key(KEYS.acmeExport), ...OF_ACME),
      caller('an admin key of Acme', key(KEYS.acmeAdmin), ...OF_ACME),
      caller('an ingest key of Umbrella', key(KEYS.umbrellaIngest)),
      caller('a read key of Umbrella', key(KEYS.umbrellaRead), 'umbrella'),
      caller('an ingest key of all', key(KEYS.allIngest)),
      caller('a read key of all', key(KEYS.allRead), ...OF_ACME, 'umbrella', 'initech', 'nobody'),
      caller('a token for Umbrella', key(await token('tina', ['umbrella'])), 'umbrella'),
      caller('ada', person('ada'), ...OF_ACME),
      caller('linus', person('linus'), 'linus'),
      caller('eve', person('eve'), 'umbrella'),
      caller('both', person('both'), ...OF_ACME, 'umbrella'),
      caller('masked', person('masked'), 'acme', 'second', 'linus'),
      caller('narrow', person('narrow'), 'second'),
      caller('none', person('none')),
      caller('sneaky', person('sneaky'), ...OF_ACME),
      caller('nowhere', person('nowhere')),
    ],
    [Symbol.asyncDispose]: () => service.close(),
  }
}
