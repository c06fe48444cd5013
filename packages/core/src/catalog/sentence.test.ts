import { describe, expect, test } from 'vitest'
import { defineCatalog } from './define-catalog.ts'
import { type RenderableEvent, renderHref, renderSentence, safeHref } from './sentence.ts'

const { json: catalog } = defineCatalog({
  project: {
    actions: {
      created: '{resource.name} was created',
      priced: 'Charged {metadata.credits} credits to {metadata.models} in {{{resource.name}}}',
      deleted: { sayFailed: '{actor.name} may not delete {resource.name}: {error.message}' },
    },
  },
  api_key: {},
  credit_alert: { label: 'Credit alert' },
  user: {},
})

function event(action: string, more: Partial<RenderableEvent> = {}): RenderableEvent {
  return {
    status: 'success',
    actor: { type: 'user', id: 'u1', name: 'Ada Lovelace' },
    resource: { type: action.slice(0, action.indexOf('.')), id: 'p1', name: 'Engine' },
    ...more,
    action,
  }
}

function renderAction(action: string, more?: Partial<RenderableEvent>) {
  return renderSentence(catalog, event(action, more))
}

function renderFailure(action: string, error: RenderableEvent['error'] = { status: 403 }) {
  return renderAction(action, { status: 'failure', error })
}

describe('templates', () => {
  test('insert values', () => {
    expect(renderAction('project.created')).toBe('Engine was created')
    expect(renderFailure('project.deleted', { message: 'not yours' })).toBe(
      'Ada Lovelace may not delete Engine: not yours',
    )
  })

  test('format numbers and lists for the locale, and doubled braces as braces', () => {
    const priced = event('project.priced', { metadata: { credits: 1234.0004, models: ['flux', 'sdxl', 'sd3'] } })
    expect(renderSentence(catalog, priced)).toBe('Charged 1,234.0004 credits to flux, sdxl, and sd3 in {Engine}')
    expect(renderSentence(catalog, priced, { locale: 'de' })).toBe(
      'Charged 1.234,0004 credits to flux, sdxl und sd3 in {Engine}',
    )
  })

  test('use the id for a missing name, and "unknown" for a missing value', () => {
    expect(renderAction('project.created', { resource: { type: 'project', id: 'p1' } })).toBe('p1 was created')
    expect(renderAction('project.created', { resource: { type: 'project', id: null } })).toBe('unknown was created')
    expect(renderAction('project.priced', { metadata: { models: [] } })).toBe(
      'Charged unknown credits to none in {Engine}',
    )
  })

  test('read own properties of the event only', () => {
    const { json } = defineCatalog({
      project: { actions: { seen: '{metadata.constructor} {metadata.toString.name}' } },
    })
    expect(renderSentence(json, event('project.seen', { metadata: {} }))).toBe('unknown unknown')
  })
})

describe('default sentences', () => {
  test.each([
    ['project.updated', 'Project Engine was updated', 'Could not update project Engine (403)'],
    ['api_key.deleted', 'API key Engine was deleted', 'Could not delete API key Engine (403)'],
    ['api_key.rotated', 'API key Engine was rotated', 'Could not rotate API key Engine (403)'],
    ['job.cancelled', 'Job Engine was cancelled', 'Could not cancel job Engine (403)'],
    ['file.copied', 'File Engine was copied', 'Could not copy file Engine (403)'],
    ['invitation.sent', 'Invitation Engine was sent', 'Could not send invitation Engine (403)'],
    ['consent.withdrawn', 'Consent Engine was withdrawn', 'Could not withdraw consent Engine (403)'],
    ['credit.reserve', 'Credit Engine was reserved', 'Could not reserve credit Engine (403)'],
    [
      'membership.role_changed',
      'The role of membership Engine was changed',
      'Could not change the role of membership Engine (403)',
    ],
    [
      'credit_alert.settings_created',
      'The settings of credit alert Engine were created',
      'Could not create the settings of credit alert Engine (403)',
    ],
    ['order.item_added', 'An item was added to order Engine', 'Could not add an item to order Engine (403)'],
    ['domain.domain_removed', 'Domain Engine was removed', 'Could not remove domain Engine (403)'],
    ['membership.joined', 'Membership Engine joined', 'Could not join membership Engine (403)'],
    ['generation.failed', 'Generation Engine failed', 'Generation Engine failed (403)'],
    ['webhook.delivery_failed', 'The delivery of webhook Engine failed', 'The delivery of webhook Engine failed (403)'],
    ['subscription.past_due', 'Subscription Engine is past due', 'Subscription Engine could not become past due (403)'],
    ['auth.signin', 'Ada Lovelace signed in', 'Ada Lovelace could not sign in (403)'],
    ['audit.exported', 'Started an export of activity', 'Could not export activity (403)'],
    ['thing.frobnicate_all', 'Thing Engine: frobnicate all', 'Thing Engine: frobnicate all failed (403)'],
  ])('%s', (action, sentence, failure) => {
    expect(renderAction(action)).toBe(sentence)
    expect(renderFailure(action)).toBe(failure)
  })

  test('work without a name, an id and a reason', () => {
    expect(renderAction('project.updated', { resource: { type: 'project', id: 'p1' } })).toBe('Project p1 was updated')
    const failure = { status: 'failure', error: null } as const
    expect(renderAction('api_key.created', { ...failure, resource: { type: 'api_key', id: null } })).toBe(
      'Could not create an API key',
    )
    expect(renderAction('user.created', { ...failure, resource: { type: 'user', id: null } })).toBe(
      'Could not create a user',
    )
    expect(renderAction('user.updated', { resource: { type: 'user', id: null } })).toBe('A user was updated')
    expect(renderFailure('project.updated', { code: 'aborted' })).toBe('Could not update project Engine (aborted)')
  })
})

describe('links', () => {
  test('encode their values', () => {
    const odd = event('project.created', { resource: { type: 'project', id: 'a/b?c#d e', name: 'x' } })
    expect(renderHref('/projects/{resource.id}', odd)).toBe('/projects/a%2Fb%3Fc%23d%20e')
  })

  test.each([null, '', '.', '..'])('are empty when a value is %o', (id) => {
    expect(renderHref('/projects/{resource.id}', event('project.created', { resource: { type: 'project', id } }))).toBe(
      '',
    )
  })

  test('accept a lone surrogate', () => {
    const odd = event('project.created', { resource: { type: 'project', id: '\ud800' } })
    expect(renderHref('/p/{resource.id}', odd)).toBe('/p/%EF%BF%BD')
  })

  test.each(['/projects/1', 'projects/1', '?q=1', '#x', 'https://a.test/b', 'http://a.test', ' /padded '])(
    '%o is safe',
    (href) => {
      expect(safeHref(href)).toBe(href.trim())
    },
  )

  test.each([
    'javascript:alert(1)',
    ' JavaScript:alert(1)',
    'java\nscript:alert(1)',
    '\u0001javascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'mailto:a@b.test',
    'http://',
    '',
    '  ',
    null,
    undefined,
  ])('%o is not safe', (href) => {
    expect(safeHref(href)).toBeNull()
  })
})
