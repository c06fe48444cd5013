import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { defineCatalog, type NewEvent, newId } from '@whodid/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rowsOutput } from '../src/compat/row.ts'
import { createEvent, KEYS, openService, type TestService } from './support/acme.ts'
import { bearer, type Credentials, session } from './support/api.ts'
import { type ServedService, serve } from './support/serve.ts'

const catalog = defineCatalog({
  project: { actions: { archived: { kind: 'update' } } },
  job: { actions: { started: { kind: 'other' } } },
})

function at(time: string, more: Partial<NewEvent>): NewEvent {
  return createEvent({ id: newId(Date.parse(time)), ...more })
}

const alice = { type: 'user', id: 'user-abc-123', name: 'Alice', email: 'alice@company.com' } as const
const admin = { type: 'user', id: 'admin-789', name: 'Admin', email: 'admin@company.com' } as const
const project = { type: 'project', id: 'project-xyz-789', name: 'My AI Project' } as const
const anonymous = { type: 'user', id: 'anonymous', email: 'attacker@evil.com' } as const

const EVENTS: readonly NewEvent[] = [
  at('2024-01-10T12:00:00Z', {
    action: 'job.started',
    actor: alice,
    resource: { type: 'job', id: 'j1', name: 'Train' },
  }),
  at('2025-01-02T08:00:00Z', { action: 'auth.logged_in', actor: alice, resource: { type: 'user', id: alice.id } }),
  at('2025-01-02T08:05:00Z', {
    action: 'auth.logged_in',
    status: 'failure',
    actor: anonymous,
    resource: { type: 'user', id: null },
    error: { status: 401, message: 'Invalid credentials' },
    metadata: { attempted_email: 'admin@company.com' },
    context: { ip: '198.51.100.42', userAgent: 'Mozilla/5.0' },
  }),
  at('2025-01-03T08:05:00Z', {
    action: 'user.signin_failed',
    status: 'failure',
    actor: anonymous,
    resource: { type: 'user', id: null },
  }),
  at('2025-01-15T14:30:00Z', {
    actor: alice,
    resource: project,
    metadata: { description: 'New ML deployment project' },
  }),
  at('2025-01-15T15:00:00Z', {
    action: 'user.updated',
    actor: admin,
    resource: { type: 'user', id: alice.id },
    changes: [{ path: '/role', from: 'DEVELOPER', to: 'ADMIN' }],
  }),
  at('2025-01-16T15:00:00Z', { action: 'project.archived', kind: 'update', actor: alice, resource: project }),
  at('2025-01-31T23:30:00Z', { action: 'project.deleted', actor: admin, resource: project }),
  at('2025-02-01T00:00:00Z', { action: 'project.created', actor: admin, resource: { type: 'project', id: 'p2' } }),
  at('2025-01-15T10:00:00Z', { tenantId: 'umbrella', actor: alice, resource: { ...project, name: 'UMBRELLA' } }),
]

let service: TestService
let served: ServedService
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whodid-compat-'))
  service = await openService({ catalog })
  served = await serve(service)
  await service.append(EVENTS)
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
  await service.close()
  rmSync(folder, { recursive: true })
})

function has(command: string, ...args: string[]) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

const CURL = has('curl', '--version')
const PYTHON = has('python3', '--version')
const REQUESTS = PYTHON && has('python3', '-c', 'import requests')

/** The part of Python's `requests` that the examples use, for machines without it. */
const REQUESTS_SHIM = `import json as _json, urllib.parse, urllib.request
class _Response:
    def __init__(self, raw): self._raw = raw
    def json(self): return _json.loads(self._raw)
def get(url, headers={}, params={}):
    asked = urllib.request.Request(url + "?" + urllib.parse.urlencode(params), headers=headers)
    with urllib.request.urlopen(asked) as answer: return _Response(answer.read())
`

async function run(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PYTHONPATH: folder } })
  const [out, err, [code]] = await Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, 'exit')])
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${err}`)
  return out
}

/** Runs an example from the documentation with only the base URL and the key replaced. */
async function curl(example: string, secret: string = KEYS.acmeRead) {
  return JSON.parse(
    await run('sh', [
      '-c',
      example
        .replaceAll('https://platform.ultralytics.com', served.url)
        .replaceAll('YOUR_API_KEY', secret)
        .replace('curl', 'curl --silent --show-error'),
    ]),
  )
}

async function python(example: string, result: string) {
  if (!REQUESTS) writeFileSync(join(folder, 'requests.py'), REQUESTS_SHIM)
  const script = `import json, requests
api_key = ${JSON.stringify(KEYS.acmeRead)}
${example.replaceAll('https://api.bud.studio', served.url)}
print("\\n" + json.dumps(${result}))
`
  const lines = (await run('python3', ['-c', script])).trimEnd().split('\n')
  return { answer: rowsOutput.parse(JSON.parse(lines.pop() ?? '')), printed: lines.filter((line) => line !== '') }
}

function actions(answer: { items: readonly { action: string }[] }) {
  return answer.items.map(({ action }) => action)
}

describe.skipIf(!CURL)('the curl examples of an activity feed', () => {
  test('list activity', async () => {
    const answer = rowsOutput.parse(
      await curl(`curl -H "Authorization: Bearer YOUR_API_KEY" \\
  https://platform.ultralytics.com/api/activity`),
    )
    expect(actions(answer)).toEqual([
      'CREATE',
      'DELETE',
      'UPDATE',
      'UPDATE',
      'CREATE',
      'LOGIN_FAILED',
      'LOGIN_FAILED',
      'LOGIN',
      'STARTED',
    ])
    expect(answer).toMatchObject({ total: 9, total_is_exact: true, limit: 50, offset: 0 })
  })

  test('filter by date range', async () => {
    const answer = rowsOutput.parse(
      await curl(`curl -H "Authorization: Bearer YOUR_API_KEY" \\
  "https://platform.ultralytics.com/api/activity?startDate=2024-01-01&endDate=2024-01-31"`),
    )
    expect(answer.items).toMatchObject([
      { action: 'STARTED', timestamp: '2024-01-10T12:00:00.000Z', resource_type: 'JOB' },
    ])
  })

  test('mark events as seen and archive them: without a body, everything in the inbox of this key', async () => {
    const unread = async () => (await get('/api/v1/inbox/count')).unread
    expect(await unread()).toBe(9)
    expect(
      await curl(`curl -X POST -H "Authorization: Bearer YOUR_API_KEY" \\
  https://platform.ultralytics.com/api/activity/mark-seen`),
    ).toEqual({ changed: 9 })
    expect(await unread()).toBe(0)
    const inbox = async () => (await get('/api/activity?archived=false')).total
    expect(await inbox()).toBe(9)
    expect(
      await curl(`curl -X POST -H "Authorization: Bearer YOUR_API_KEY" \\
  https://platform.ultralytics.com/api/activity/archive`),
    ).toEqual({ changed: 9 })
    expect([await inbox(), (await get('/api/activity?archived=true')).total]).toEqual([0, 9])
    // The inbox of another viewer is unchanged.
    expect((await get('/api/v1/inbox/count', session('ada'))).unread).toBe(9)
  })
})

describe.skipIf(!PYTHON)('the Python examples of an audit log', () => {
  test('export sign-ins', async () => {
    const { answer } = await python(
      `import requests

response = requests.get(
    "https://api.bud.studio/audit-logs/",
    headers={"Authorization": f"Bearer {api_key}"},
    params={
        "start_date": "2025-01-01",
        "end_date": "2025-01-31",
        "action": "LOGIN",
        "limit": 1000
    }
)

logs = response.json()`,
      'logs',
    )
    expect(answer).toMatchObject({ total: 1, limit: 1000, items: [{ action: 'LOGIN', user_id: 'user-abc-123' }] })
  })

  test('list activity logs and print them', async () => {
    const { printed } = await python(
      `import requests

# Get recent activity
response = requests.get(
    "https://api.bud.studio/audit-logs/",
    headers={"Authorization": f"Bearer {api_key}"},
    params={
        "limit": 100,
        "offset": 0,
        "action": "LOGIN",
        "start_date": "2025-01-01T00:00:00Z",
        "end_date": "2025-01-31T23:59:59Z"
    }
)

logs = response.json()
for log in logs['items']:
    print(f"{log['timestamp']}: {log['user_email']} - {log['action']}")`,
      'logs',
    )
    expect(printed).toEqual(['2025-01-02T08:00:00.000Z: alice@company.com - LOGIN'])
  })

  test('get user-specific activity', async () => {
    const { answer } = await python(
      `user_id = "user-abc-123"
response = requests.get(
    f"https://api.bud.studio/users/{user_id}/activity",
    headers={"Authorization": f"Bearer {api_key}"},
    params={"limit": 50}
)

user_activity = response.json()`,
      'user_activity',
    )
    expect(actions(answer)).toEqual(['UPDATE', 'CREATE', 'LOGIN', 'STARTED'])
    expect(new Set(answer.items.map(({ user_id }) => user_id))).toEqual(new Set(['user-abc-123']))
  })

  test('filter by resource', async () => {
    const { answer } = await python(
      `response = requests.get(
    "https://api.bud.studio/audit-logs/",
    headers={"Authorization": f"Bearer {api_key}"},
    params={
        "resource_type": "PROJECT",
        "resource_id": "project-xyz-789"
    }
)

project_activity = response.json()`,
      'project_activity',
    )
    expect(actions(answer)).toEqual(['DELETE', 'UPDATE', 'CREATE'])
    expect(JSON.stringify(answer)).not.toContain('UMBRELLA')
  })
})

function request(path: string, credentials: Credentials = bearer(KEYS.acmeRead), init: RequestInit = {}) {
  return fetch(`${served.url}${path}`, { ...init, headers: { ...credentials, ...init.headers } })
}

async function get(path: string, credentials?: Credentials) {
  const response = await request(path, credentials)
  if (!response.ok) throw new Error(await response.text())
  return response.json()
}

async function getRefusal(path: string, credentials?: Credentials) {
  const response = await request(path, credentials)
  return [response.status, (await response.json()).detail]
}

describe('rows', () => {
  const newest = async (query: string) => rowsOutput.parse(await get(`/audit-logs/?limit=1&${query}`)).items[0]

  test('for a create have the documented fields', async () => {
    expect(await newest('action=create&end_date=2025-01-31')).toMatchObject({
      action: 'CREATE',
      event: 'project.created',
      resource_type: 'PROJECT',
      resource_id: 'project-xyz-789',
      user_id: 'user-abc-123',
      user_email: 'alice@company.com',
      timestamp: '2025-01-15T14:30:00.000Z',
      ip_address: null,
      details: { project_name: 'My AI Project', description: 'New ML deployment project' },
      status: 'SUCCESS',
    })
  })

  test('for an update name the changed fields', async () => {
    expect((await newest('resource_type=user&action=UPDATE'))?.details).toEqual({
      changed_fields: ['role'],
      old_value: 'DEVELOPER',
      new_value: 'ADMIN',
    })
  })

  test('for a failed login have the reason and the source', async () => {
    expect(await newest('action=login_failed&end_date=2025-01-02')).toMatchObject({
      action: 'LOGIN_FAILED',
      resource_type: 'USER',
      resource_id: null,
      user_email: 'attacker@evil.com',
      ip_address: '198.51.100.42',
      user_agent: 'Mozilla/5.0',
      details: { reason: 'Invalid credentials', attempted_email: 'admin@company.com' },
      status: 'FAILED',
    })
  })

  test('hide masked fields', async () => {
    const { items } = await get('/audit-logs/?action=LOGIN_FAILED', session('masked'))
    expect(items).toHaveLength(2)
    for (const { user_email, ip_address } of items) {
      expect(user_email).toBe('[redacted]')
      expect(['[redacted]', null]).toContain(ip_address)
    }
    expect(JSON.stringify(items)).not.toContain('198.51.100.42')
  })
})

describe('conditions', () => {
  test.each([
    ['action=LOGIN_FAILED', ['LOGIN_FAILED', 'LOGIN_FAILED']],
    ['action=login_failed&status=failed&limit=1', ['LOGIN_FAILED']],
    ['action=login_failed&status=failed&limit=1&offset=1', ['LOGIN_FAILED']],
    ['action=LOGIN&status=FAILED', []],
    ['action=Started', ['STARTED']],
    ['action=project.archived', ['UPDATE']],
    ['action=archived', ['UPDATE']],
    ['user_id=admin-789', ['CREATE', 'DELETE', 'UPDATE']],
    ['user_id=ADMIN@company.com', ['CREATE', 'DELETE', 'UPDATE']],
    ['status=Failed', ['LOGIN_FAILED', 'LOGIN_FAILED']],
    ['start_date=2025-01-31T23:30:00&end_date=2025-01-31', ['DELETE']],
    ['start_date=2025-02-01&end_date=', ['CREATE']],
  ])('%s', async (query, expected) => {
    expect(actions(await get(`/audit-logs/?${query}`))).toEqual(expected)
    expect(actions(await get(`/audit-logs?${query}`))).toEqual(expected)
  })

  test.each([
    ['/audit-logs/?action=dance', /Unknown action "dance": use CREATE, UPDATE, DELETE, LOGIN, LOGIN_FAILED/],
    ['/audit-logs/?status=maybe', /^status must be one of/],
    ['/audit-logs/?start_date=soon', /^start_date must be a date such as/],
    ['/audit-logs/?startDate=2025-01-01', /Unknown parameter "startDate": use one of .*start_date/],
    ['/api/activity?limit=1001', /limit must be at most 1000/],
    ['/api/activity?offset=10001', /^offset must be at most 10000: use the cursors of \/api\/v1\/events/],
    ['/api/activity?offset=-1', /offset must be at least 0/],
    ['/users/x/activity?user_id=y', /Unknown parameter "user_id"/],
  ])('%s is rejected with a clear message', async (path, words) => {
    expect(await getRefusal(path)).toEqual([400, expect.stringMatching(words)])
  })

  test('limit the activity feed by date', async () => {
    expect(actions(await get('/api/activity?startDate=2025-02-01'))).toEqual(['CREATE'])
    expect(actions(await get('/api/activity?endDate=2024-01-31'))).toEqual(['STARTED'])
  })

  test('search with the search language', async () => {
    expect(actions(await get('/api/activity?search=train'))).toEqual(['STARTED'])
  })
})

test('offsets return each event once, at any depth, and end with the list', async () => {
  await using many = await openService()
  await using server = await serve(many)
  const ids = Array.from({ length: 2_500 }, (_, n) => newId(Date.parse('2026-01-01T00:00:00Z') + n * 1_000))
  for (let begin = 0; begin < ids.length; begin += 500) {
    await many.append(ids.slice(begin, begin + 500).map((id) => createEvent({ id })))
  }
  const page = async (offset: number, limit: number) => {
    const response = await fetch(`${server.url}/audit-logs/?limit=${limit}&offset=${offset}`, {
      headers: bearer(KEYS.acmeRead),
    })
    const { items, total } = rowsOutput.parse(await response.json())
    expect(total).toBe(2_500)
    return items.map(({ id }) => id)
  }
  const newestFirst = ids.toReversed()
  expect([...(await page(0, 1000)), ...(await page(1000, 1000)), ...(await page(2000, 1000))]).toEqual(newestFirst)
  expect(await page(1234, 10)).toEqual(newestFirst.slice(1234, 1244))
  expect(await page(2500, 10)).toEqual([])
  expect(await page(10_000, 10)).toEqual([])
})

describe('permissions are those of the underlying operations', () => {
  test('are required', async () => {
    const paths = ['/api/activity', '/audit-logs/', '/users/user-abc-123/activity']
    for (const path of paths) {
      expect([path, (await request(path, {})).status]).toEqual([path, 401])
      expect([path, (await request(path, bearer(KEYS.acmeIngest))).status]).toEqual([path, 403])
      expect([path, (await request(`${path}?tenant=umbrella`)).status]).toEqual([path, 403])
    }
    for (const path of ['/api/activity/mark-seen', '/api/activity/archive']) {
      expect([path, (await request(path, {}, { method: 'POST' })).status]).toEqual([path, 401])
      expect([path, (await request(path, bearer(KEYS.acmeIngest), { method: 'POST' })).status]).toEqual([path, 403])
      // Another site cannot send it from a user's browser.
      const forged = { method: 'POST', headers: { origin: 'https://evil.test' } }
      expect([path, (await request(path, session('ada'), forged)).status]).toEqual([path, 403])
    }
  })

  test('without view:all a viewer sees only their own activity', async () => {
    expect((await get('/api/activity', session('linus'))).items).toEqual([])
    expect((await request('/users/user-abc-123/activity', session('linus'))).status).toBe(403)
    expect((await get('/users/linus/activity', session('linus'))).items).toEqual([])
  })

  test('reading the activity of another person is logged', async () => {
    await get('/users/user-abc-123/activity', session('both'))
    const { items } = await get('/api/v1/events?category=audit&actor=both', session('ada'))
    expect(items).toMatchObject([{ action: 'audit.viewed', resource: { type: 'user', id: 'user-abc-123' } }])
  })
})

test('a body can select events', async () => {
  const { items } = await get('/api/activity?limit=2', session('ada'))
  const post = (path: string, body: string) =>
    request(path, session('ada'), { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  const ids = items.map(({ id }: { id: string }) => id)
  expect(await (await post('/api/activity/mark-seen', JSON.stringify({ ids }))).json()).toEqual({ changed: 2 })
  const [first, second, third] = (await get('/api/activity?limit=3', session('ada'))).items
  expect([first.seen, second.seen, third.seen]).toEqual([true, true, false])
  expect((await post('/api/activity/archive', '{"ids":[]}')).status).toBe(400)
  expect((await post('/api/activity/archive', '{"every":true}')).status).toBe(400)
  expect((await get('/api/activity?archived=true', session('ada'))).items).toEqual([])
})
