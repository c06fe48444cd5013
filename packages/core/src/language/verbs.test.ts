import { describe, expect, test } from 'vitest'
import { getVerbKind, toBaseForm, toPastTense } from './verbs.ts'
import { addArticle, humanize, splitWords, uncapitalize } from './words.ts'

test.each([
  ['archive', 'archived'],
  ['send', 'sent'],
  ['reset', 'reset'],
  ['stop', 'stopped'],
  ['ban', 'banned'],
  ['unban', 'unbanned'],
  ['copy', 'copied'],
  ['deploy', 'deployed'],
  ['cancel', 'canceled'],
  ['submit', 'submitted'],
  ['transfer', 'transferred'],
  ['edit', 'edited'],
  ['login', 'logged_in'],
  ['sign_up', 'signed_up'],
  ['mark_seen', 'marked_seen'],
  ['reset_password', 'password_reset'],
  ['change_role', 'role_changed'],
  ['settings_sync', 'settings_synced'],
  ['role_changed', 'role_changed'],
  ['approve', 'approved'],
  ['refund', 'refunded'],
  ['play', 'played'],
  ['fix', 'fixed'],
  ['created', 'created'],
  ['role_changed', 'role_changed'],
])('the past tense of %s is %s', (base, past) => {
  expect(toPastTense(base)).toBe(past)
})

test.each([
  ['archived', 'archive'],
  ['sent', 'send'],
  ['stopped', 'stop'],
  ['cancelled', 'cancel'],
  ['canceled', 'cancel'],
  ['added', 'add'],
  ['dismissed', 'dismiss'],
  ['quarantined', 'quarantine'],
  ['frobnicated', 'frobnicate'],
  ['sanitized', 'sanitize'],
  ['weighted', 'weight'],
  ['scheduled', 'schedule'],
])('the base form of %s is %s', (past, base) => {
  expect(toBaseForm(past)).toBe(base)
})

describe('the kind of a verb', () => {
  // The lifecycle verbs, and every action of a cloud console.
  test.each([
    [
      'create',
      'created uploaded cloned sent joined submitted received signup settings_created domain_created registered add',
    ],
    ['delete', 'deleted trashed removed terminated domain_removed purged destroy'],
    [
      'update',
      'updated restored started completed failed cancelled rotated revoked disabled enabled quarantined settings_updated ' +
        'pending processing succeeded canceled active trialing past_due cancel_scheduled cancel_reverted unpaid paused ' +
        'item_added item_updated item_removed role_changed picture_updated status_changed dismissed domain_activated ' +
        'domain_pending domain_removing domain_failed accepted rejected partial withdrawn archive reset',
    ],
    [
      'other',
      'exported delivered delivery_failed reserve charge refund alert_fired signin logged_in viewed frobnicated',
    ],
  ] as const)('is %s', (kind, verbs) => {
    for (const verb of verbs.split(' ')) expect(`${verb}: ${getVerbKind(verb)}`).toBe(`${verb}: ${kind}`)
  })
})

test.each([
  ['role_changed', 'Role changed'],
  ['api_key', 'API key'],
  ['apiKeyId', 'API key ID'],
  ['callbackURLs', 'Callback URLs'],
  ['HTTPServer', 'HTTP server'],
  ['oauth-client', 'OAuth client'],
  ['ip', 'IP'],
  ['signin', 'Sign-in'],
  ['httpsUrls', 'HTTPS URLs'],
  ['idea', 'Idea'],
  ['', ''],
])('%s in words is %s', (identifier, text) => {
  expect(humanize(identifier)).toBe(text)
})

test('identifiers are split at capitals and separators', () => {
  expect(splitWords('X-Api_KeyV2 größe.Übersicht')).toEqual(['x', 'api', 'key', 'v2', 'größe', 'übersicht'])
})

test('a label is converted for use within a sentence and with an article', () => {
  expect(['API key', 'Project', 'S3 bucket'].map(uncapitalize)).toEqual(['API key', 'project', 'S3 bucket'])
  expect(['API key', 'user', 'item', 'hour', 'unit', 'uninstaller', 'SSH key', 'url', 'x-ray'].map(addArticle)).toEqual(
    ['an API key', 'a user', 'an item', 'an hour', 'a unit', 'an uninstaller', 'an SSH key', 'a url', 'a x-ray'],
  )
})
