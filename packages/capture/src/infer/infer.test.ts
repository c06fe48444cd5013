// cspell:ignore favourite unfavourited
import { defineCatalog } from '@whodid/core'
import { describe, expect, test } from 'vitest'
import { createInferrer, type Inference } from './infer.ts'
import type { Exchange } from './path.ts'
import { createVocabulary, type Vocabulary } from './vocabulary.ts'

const nothing = createVocabulary(defineCatalog({}))

const catalog = createVocabulary(
  defineCatalog({
    project: {},
    api_key: { actions: { rotated: '{resource.name} was rotated', revoked: { kind: 'delete' } } },
    membership: {
      segments: ['members'],
      actions: { role_changed: { kind: 'update' }, removed: { kind: 'delete', aliases: ['membership.expelled'] } },
    },
    medium: { segments: ['media'] },
    auth: { actions: { signin: {}, signin_failed: {} } },
    job: { actions: { started: { kind: 'update' } } },
    project_label: {},
    credit: { actions: { reserve: {} } },
  }),
)

interface Given extends Partial<Omit<Exchange, 'method' | 'path'>> {
  readonly path?: string
}

function read(request: string, given: Given = {}, vocabulary: Vocabulary = nothing) {
  const [method = '', route = ''] = request.split(' ')
  const status = given.status ?? 200
  const exchange: Exchange = {
    method,
    route,
    path: given.path ?? route,
    status,
    failed: status >= 400,
    requestBody: undefined,
    responseBody: undefined,
    location: undefined,
    ...given,
  }
  return createInferrer(vocabulary).infer(exchange)
}

function all(request: string, given?: Given, vocabulary?: Vocabulary): readonly Inference[] {
  const result = read(request, given, vocabulary)
  return 'inferences' in result ? result.inferences : []
}

function action(request: string, given?: Given, vocabulary?: Vocabulary): string | undefined {
  return all(request, given, vocabulary)[0]?.action
}

describe('the method and the last noun', () => {
  test.each([
    ['POST /projects', 'project.created'],
    ['PUT /projects/:id', 'project.updated'],
    ['PATCH /projects/:id', 'project.updated'],
    ['DELETE /projects/:id', 'project.deleted'],
    ['POST /projects/:id', 'project.updated'],
    ['POST /api/v1/companies', 'company.created'],
    ['POST /rest/v2.1/addresses', 'address.created'],
    ['POST /api-keys', 'api_key.created'],
    ['POST /apiKeys', 'api_key.created'],
    ['DELETE /api_keys/:id', 'api_key.deleted'],
    ['POST /projects/:projectId/services', 'service.created'],
    ['PUT /users/:id/avatar', 'avatar.updated'],
    ['POST /admin/users', 'user.created'],
    ['PATCH /settings', 'setting.updated'],
    ['POST /statuses', 'status.created'],
    ['POST /größen', 'grossen.created'],
    ['POST /用户', 'resource.created'],
    ['POST /users/:id/2fa', 'n2fa.created'],
  ])('%s is %s', (request, expected) => {
    expect(action(request)).toBe(expected)
  })

  test('a PUT with 201 creates, and so does a POST to an id', () => {
    expect(action('PUT /projects/:id', { path: '/projects/p1', status: 201 })).toBe('project.created')
    expect(action('POST /projects/:id', { path: '/projects/p1', status: 201 })).toBe('project.created')
  })

  test('a POST with 200 creates', () => {
    expect(action('POST /projects', { status: 200, responseBody: { id: 1 } })).toBe('project.created')
  })
})

describe('verbs in the path', () => {
  test.each([
    ['POST /projects/:id/archive', 'project.archived'],
    ['POST /projects/:id/restore', 'project.restored'],
    ['PUT /projects/:id/publish', 'project.published'],
    ['POST /invitations/:id/resend', 'invitation.resent'],
    ['POST /emails/:id/send', 'email.sent'],
    ['POST /devices/:id/reset', 'device.reset'],
    ['POST /jobs/:id/run', 'job.run'],
    ['POST /tasks/:id/assign', 'task.assigned'],
    ['POST /servers/:id/actions/reboot', 'server.rebooted'],
    ['POST /users/delete', 'user.deleted'],
    ['POST /delete/user/:id', 'user.deleted'],
    ['POST /archived/projects/:id/restore', 'project.restored'],
    ['DELETE /archived/projects/:id', 'project.deleted'],
    ['POST /ban/:id/notes', 'note.created'],
    ['POST /mark/:id', 'mark.run'],
    ['POST /users/create', 'user.created'],
    ['POST /users/new', 'user.created'],
    ['POST /users/update', 'user.updated'],
    ['POST /delete-user-file', 'user_file.deleted'],
    ['POST /deleteUserFile', 'user_file.deleted'],
    ['POST /create_invoice', 'invoice.created'],
    ['POST /users/ban/:id', 'user.banned'],
    ['POST /admin/ban/:id', 'user.banned'],
    ['POST /rooms/:roomId/ban/:userId', 'user.banned'],
    ['POST /members/:id/change-role', 'member.role_changed'],
    ['POST /users/:id/reset-mfa', 'user.mfa_reset'],
    ['POST /projects/:id/add-member', 'member.created'],
    ['POST /users/import', 'user.imported'],
    ['POST /reports/:id/export', 'report.exported'],
    ['POST /articles/:id/comment', 'article.commented'],
    ['POST /articles/:id/comments', 'comment.created'],
    ['POST /orders/:id/fulfill', 'order.fulfilled'],
    ['POST /accounts/:id/rehydrate', 'account.rehydrated'],
    ['POST /sites/:id/certificate', 'certificate.created'],
    ['PUT /users/:id/email', 'email.updated'],
    ['POST /orders', 'order.created'],
    ['POST /posts', 'post.created'],
    ['POST /order', 'order.created'],
    ['POST /sync', 'sync.run'],
    ['POST /upload', 'file.uploaded'],
    ['POST /accounts/:id/sync', 'account.synced'],
    ['POST /tokens/:id/refresh-secret', 'token.secret_refreshed'],
    ['POST /devices/:id/register', 'device.registered'],
    ['POST /webhooks/:id/test', 'webhook.tested'],
    ['POST /invoices/:id/pay', 'invoice.paid'],
    ['POST /users/:id/mfa/enable', 'mfa.enabled'],
  ])('%s is %s', (request, expected) => {
    expect(action(request, { path: request.slice(request.indexOf(' ') + 1).replace(/:\w+/g, 'x1') })).toBe(expected)
  })

  test.each([
    ['POST /users/:id/follow', 'user.followed'],
    ['DELETE /users/:id/follow', 'user.unfollowed'],
    ['POST /articles/:slug/favorite', 'article.favorited'],
    ['DELETE /articles/:slug/favorite', 'article.unfavorited'],
    ['DELETE /articles/:slug/favourite', 'article.unfavourited'],
    ['PUT /user/starred/:id', 'user.starred'],
    ['DELETE /projects/:id/archive', 'project.unarchived'],
    ['DELETE /users/:id/lock', 'user.unlocked'],
    ['DELETE /features/:id/enable', 'feature.disabled'],
    ['DELETE /users/delete/:id', 'user.deleted'],
  ])('%s is %s: a sub-resource that is a verb', (request, expected) => {
    expect(action(request, { path: request.slice(request.indexOf(' ') + 1).replace(/:\w+/g, 'x1') })).toBe(expected)
  })
})

describe('accounts', () => {
  test.each([
    ['POST /login', 'auth.logged_in'],
    ['POST /api/auth/sign-in', 'auth.logged_in'],
    ['POST /users/login', 'auth.logged_in'],
    ['POST /logout', 'auth.logged_out'],
    ['POST /register', 'auth.registered'],
    ['POST /auth/signup', 'auth.registered'],
    ['POST /users/register', 'auth.registered'],
    ['POST /refresh', 'auth.token_refreshed'],
    ['POST /auth/refresh', 'auth.token_refreshed'],
    ['POST /auth/refresh-token', 'auth.token_refreshed'],
    ['POST /reset-password', 'auth.password_reset'],
    ['POST /auth/forgot-password', 'auth.password_reset_requested'],
    ['POST /account/change-password', 'auth.password_changed'],
    ['POST /auth/verify-email', 'auth.email_verified'],
    ['POST /dashboards/:id/refresh', 'dashboard.refreshed'],
  ])('%s is %s', (request, expected) => {
    expect(action(request, { path: request.slice(request.indexOf(' ') + 1).replace(/:\w+/g, 'x1') })).toBe(expected)
  })

  test('the response has the person, and a failed attempt the login', () => {
    const answer = { token: 'secret', user: { id: 7, name: 'Ada', email: 'ada@acme.test' } }
    expect(all('POST /login', { responseBody: answer })).toMatchObject([
      { type: 'user', id: '7', name: 'Ada', person: { id: '7', name: 'Ada', email: 'ada@acme.test' } },
    ])
    const refused = {
      status: 401,
      requestBody: { email: 'eve@acme.test', password: 'x' },
      responseBody: { id: 'nobody' },
    }
    expect(all('POST /login', refused)).toMatchObject([
      { type: 'user', id: null, name: 'eve@acme.test', person: undefined },
    ])
  })

  test('the catalog’s name is used, for a failure too', () => {
    expect(action('POST /login', {}, catalog)).toBe('auth.signin')
    expect(action('POST /login', { status: 401 }, catalog)).toBe('auth.signin_failed')
  })
})

describe('declared types and actions', () => {
  test.each([
    ['POST /members', 'membership.created'],
    ['DELETE /members/:id', 'membership.removed'],
    ['PATCH /members/:id/role', 'role.updated'],
    ['POST /members/:id/change-role', 'membership.role_changed'],
    ['POST /api-keys/:id/regenerate', 'api_key.rotated'],
    ['DELETE /api-keys/:id', 'api_key.revoked'],
    ['POST /jobs/:id/run', 'job.started'],
    ['POST /media', 'medium.created'],
    ['POST /projects/:id/labels', 'project_label.created'],
    ['POST /credits/:id/reserve', 'credit.reserve'],
    ['POST /members/:id/expelled', 'membership.removed'],
  ])('%s is %s', (request, expected) => {
    expect(action(request, { path: request.slice(request.indexOf(' ') + 1).replace(/:\w+/g, 'x1') }, catalog)).toBe(
      expected,
    )
  })
})

describe('no events', () => {
  test.each([
    ['POST /search'],
    ['POST /projects/search'],
    ['POST /api/users/query'],
    ['POST /search-users'],
    ['POST /projects/:id/preview'],
    ['POST /heartbeat'],
    ['POST /'],
  ])('%s', (request) => {
    expect(read(request)).toEqual({ reason: expect.any(String) })
  })

  test('a GraphQL query; a mutation is an action', () => {
    expect(read('POST /graphql', { requestBody: { query: '{ projects { id } }' } })).toHaveProperty('reason')
    const mutation = 'mutation Rename($id: ID!) { updateProject(id: $id) { id } }'
    expect(action('POST /graphql', { requestBody: { query: mutation } })).toBe('project.updated')
  })
})

describe('ids and names', () => {
  test('the id is in the path, the name in the response', () => {
    expect(
      all('PATCH /projects/:id', { path: '/projects/p%201', responseBody: { id: 'p 1', title: 'Engine' } }),
    ).toMatchObject([{ id: 'p 1', name: 'Engine' }])
  })

  test.each([
    ['the body itself', { id: 'p1', name: 'Engine' }],
    ['its data', { data: { id: 'p1', name: 'Engine' } }],
    ['its type', { success: true, project: { id: 'p1', title: 'Engine' } }],
    ['its type within its data', { data: { project: { id: 'p1', label: 'Engine' } } }],
    ['another name of the id', { projectId: 'p1', name: 'Engine' }],
    ['an object that is a string in JSON', { _id: { toJSON: () => 'p1' }, name: 'Engine' }],
  ])('a created resource, from %s', (_, responseBody) => {
    expect(all('POST /projects', { status: 201, responseBody })).toMatchObject([{ id: 'p1', name: 'Engine' }])
  })

  test('the id is in the Location header, the name in the request', () => {
    const given = { status: 201, location: 'https://api.test/projects/p1?x=1', requestBody: { name: 'Engine' } }
    expect(all('POST /projects', given)).toMatchObject([{ id: 'p1', name: 'Engine' }])
    expect(all('POST /projects', { ...given, location: '/welcome' })).toMatchObject([{ id: null }])
  })

  test('the response’s id is preferred to a slug', () => {
    const given = { path: '/articles/hello', responseBody: { article: { id: 9, slug: 'hello' } } }
    expect(all('PUT /articles/:slug', given)).toMatchObject([{ id: '9' }])
  })

  test('the body of a failure has no resource', () => {
    const given = {
      status: 403,
      path: '/projects/p1',
      responseBody: { id: 'err_1', title: 'Forbidden', name: 'Error' },
    }
    expect(all('DELETE /projects/:id', given)).toMatchObject([{ id: 'p1', name: undefined }])
    expect(all('POST /projects', { ...given, path: '/projects', requestBody: { name: 'Engine' } })).toMatchObject([
      { id: null, name: 'Engine' },
    ])
  })

  test('parents are the scope, each with its id, even if all are called :id', () => {
    const path = '/api/orgs/acme/projects/p1/services/s1'
    expect(all('DELETE /api/orgs/:id/projects/:id/services/:id', { path })).toMatchObject([
      { type: 'service', id: 's1', scope: { org: { id: 'acme' }, project: { id: 'p1' } } },
    ])
  })

  test('a verb before the id, and a body with the id', () => {
    expect(all('POST /users/ban/:id', { path: '/users/ban/u1' })).toMatchObject([{ type: 'user', id: 'u1' }])
    expect(all('POST /rooms/:roomId/ban/:userId', { path: '/rooms/r1/ban/u1' })).toMatchObject([
      { type: 'user', id: 'u1', scope: { room: { id: 'r1' } } },
    ])
    expect(all('POST /users/delete', { requestBody: { userId: 'u1' } })).toMatchObject([{ type: 'user', id: 'u1' }])
  })

  test('`/me` is the actor', () => {
    expect(all('PATCH /users/me')).toMatchObject([{ action: 'user.updated', type: 'user', isSelf: true }])
    expect(all('PATCH /me')).toMatchObject([{ action: 'user.updated', isSelf: true }])
    expect(all('DELETE /me/sessions/:id', { path: '/me/sessions/s1' })).toMatchObject([
      { action: 'session.deleted', id: 's1', isSelf: false },
    ])
  })

  test('ids are guessed without a route', () => {
    const given = { route: null, path: '/api/projects/0199c2f0-0000-7000-8000-000000000000/services/42', status: 401 }
    expect(all('DELETE -', given)).toMatchObject([
      { action: 'service.deleted', id: '42', scope: { project: { id: '0199c2f0-0000-7000-8000-000000000000' } } },
    ])
  })

  test('splats and optional parameters', () => {
    expect(all('DELETE /files/*path', { path: '/files/42' })).toMatchObject([{ action: 'file.deleted', id: '42' }])
    expect(all('POST /projects{/:id}', { path: '/projects' })).toMatchObject([{ action: 'project.created' }])
    expect(all('POST /projects/:id?', { path: '/projects' })).toMatchObject([{ action: 'project.created' }])
    expect(all('PUT /projects/:id(\\d+)', { path: '/projects/7' })).toMatchObject([{ id: '7' }])
  })
})

describe('batches', () => {
  test.each([
    ['POST /projects/bulk-delete', { ids: ['p1', 'p2'] }],
    ['POST /projects/batch/delete', { projectIds: ['p1', 'p2'] }],
    ['DELETE /projects', { ids: ['p1', 'p2'] }],
    ['DELETE /projects', ['p1', 'p2']],
    ['POST /projects/delete', { ids: ['p1', 'p2'] }],
  ])('%s is one deletion per id', (request, requestBody) => {
    expect(all(request, { requestBody })).toMatchObject([
      { action: 'project.deleted', id: 'p1' },
      { action: 'project.deleted', id: 'p2' },
    ])
  })

  test('created resources have ids and names from the response', () => {
    const given = {
      requestBody: [{ name: 'A' }, { name: 'B' }],
      responseBody: [
        { id: 'p1', name: 'A' },
        { id: 'p2', name: 'B' },
      ],
    }
    expect(all('POST /projects/batch', given)).toMatchObject([
      { action: 'project.created', id: 'p1', name: 'A' },
      { action: 'project.created', id: 'p2', name: 'B' },
    ])
  })

  test('up to 100 are separate, and a failure is one', () => {
    const ids = Array.from({ length: 101 }, (_, index) => `p${index}`)
    expect(all('POST /projects/bulk-delete', { requestBody: { ids } })).toMatchObject([
      { id: null, metadata: { count: 101 } },
    ])
    expect(all('POST /projects/bulk-delete', { requestBody: { ids: ['p1', 'p2'] }, status: 403 })).toHaveLength(1)
  })

  test('tRPC calls in one request', () => {
    expect(
      all('POST -', { route: null, path: '/trpc/project.create,member.invite' }).map((each) => each.action),
    ).toEqual(['project.created', 'member.invited'])
  })
})

describe('the fields of an update', () => {
  test('are kept without an envelope, but not for a creation, a verb, or a failure', () => {
    const requestBody = { project: { name: 'B' } }
    expect(all('PATCH /projects/:id', { path: '/projects/p1', requestBody })).toMatchObject([
      { sentFields: { name: 'B' } },
    ])
    expect(all('POST /projects', { requestBody })[0]?.sentFields).toBeUndefined()
    expect(all('PUT /projects/:id', { path: '/projects/p1', requestBody, status: 201 })[0]?.sentFields).toBeUndefined()
    expect(
      all('POST /projects/:id/archive', { path: '/projects/p1/archive', requestBody })[0]?.sentFields,
    ).toBeUndefined()
    expect(
      all('PATCH /projects/:id', { path: '/projects/p1', requestBody, status: 422 })[0]?.sentFields,
    ).toBeUndefined()
  })
})

test('a binary body is ignored', () => {
  expect(all('POST /sync', { requestBody: Buffer.from([8, 1, 18]), responseBody: Buffer.from([8, 1]) })).toMatchObject([
    { action: 'sync.run', id: null },
  ])
})

test('the kind follows the verb', () => {
  expect(all('POST /projects/:id/archive', { path: '/projects/p1/archive' })).toMatchObject([{ kind: 'update' }])
  expect(all('POST /delete-user-file')).toMatchObject([{ kind: 'delete' }])
  expect(all('POST /login')).toMatchObject([{ kind: 'other' }])
})
