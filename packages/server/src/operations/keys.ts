import { type ApiKey, AUDIT_CATEGORY, KEY_SCOPES, WhodidError } from '@whodid/core'
import { filterSchema, parseTimeRange } from '@whodid/core/filter'
import { z } from 'zod'
import { generateApiKey, hashApiKey } from '../auth/api-key.ts'
import { isRestricted } from '../auth/permission.ts'
import { apiKeyOutput, apiKeysOutput, newApiKeyOutput } from '../openapi/schemas/administration.ts'
import { tenant, text } from '../schemas.ts'
import { defineOperation } from './operation.ts'

/** Maximum active keys with the same name: the current key and its replacement. */
const MAX_ACTIVE_KEYS = 2

/** Control characters, line separators and bidirectional marks. */
const INVISIBLE_CHARACTERS = /[\p{Cc}\u2028\u2029\p{Bidi_Control}]/u

function isActive({ revokedAt, expiresAt }: ApiKey, now: number): boolean {
  return revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > now)
}

export const listKeys = defineOperation({
  name: 'keys.list',
  summary: 'List API keys',
  description:
    'Returns all keys of the tenant, including expired and revoked keys, newest first. Secrets are never returned.',
  requires: 'admin',
  route: { method: 'GET', path: '/api/v1/keys' },
  input: z.strictObject({ tenant }).optional(),
  output: apiKeysOutput,
  run: async (session, input) => {
    const { keys, tenantId } = session.administer(input?.tenant)
    return { items: await keys.list(tenantId) }
  },
})

export const createKey = defineOperation({
  name: 'keys.create',
  summary: 'Create an API key',
  description: 'The response contains the key, which is shown only once.',
  requires: 'admin',
  route: { method: 'POST', path: '/api/v1/keys' },
  input: z.strictObject({
    name: text(200)
      .refine(
        (name) => !INVISIBLE_CHARACTERS.test(name),
        'must be one line without control characters or bidirectional marks',
      )
      .describe('The name of the key. Two active keys may have the same name, so that a key can be rotated.'),
    scopes: z.array(z.enum(KEY_SCOPES)).min(1).max(KEY_SCOPES.length).describe('The permissions of the key.'),
    expiresAt: filterSchema.shape.from
      // With its zone, such a time may be after the maximum date of a database.
      .refine((time) => !time?.startsWith('9999'), 'must be before the year 9999')
      .describe('When the key expires: a time with a zone, or a date (00:00 UTC). Defaults to never.'),
    tenant,
  }),
  output: newApiKeyOutput,
  run: async (session, input) => {
    const { keys, tenantId, record } = session.administer(input.tenant)
    const { name } = input
    if (isRestricted(session.viewer) && input.scopes.some((scope) => scope !== 'ingest')) {
      throw new WhodidError(
        'forbidden',
        `A key with these scopes would read data that is hidden from ${session.viewer.name}: ask an administrator without restrictions to create it.`,
      )
    }
    const now = session.now()
    const { from: end } = parseTimeRange({ from: input.expiresAt })
    const expiresAt = end === undefined ? null : new Date(end).toISOString()
    if (expiresAt !== null && Date.parse(expiresAt) <= now) {
      throw new WhodidError('invalid_input', `expiresAt must be in the future, not ${expiresAt}.`)
    }
    const active = (await keys.list(tenantId)).filter((key) => key.name === name && isActive(key, now))
    const oldest = active.at(-1)
    if (oldest && active.length >= MAX_ACTIVE_KEYS) {
      throw new WhodidError(
        'invalid_input',
        `${MAX_ACTIVE_KEYS} keys named ${JSON.stringify(name)} are already active: revoke the oldest, ${oldest.id}, first.`,
      )
    }
    const scopes = KEY_SCOPES.filter((scope) => input.scopes.includes(scope))
    const { id, key } = generateApiKey(scopes)
    const hash = hashApiKey(key)
    // Recorded first, so that no key exists without an audit event.
    await record({
      action: `${AUDIT_CATEGORY}.key_created`,
      resource: { type: 'api_key', id, name },
      description: `Created API key ${name}`,
      metadata: { scopes, expiresAt },
    })
    await keys.add({
      id,
      tenantId,
      name,
      scopes,
      hash,
      createdAt: new Date(now).toISOString(),
      createdBy: session.viewer.id,
      expiresAt,
      lastUsedAt: null,
      revokedAt: null,
    })
    return { id, key }
  },
})

export const revokeKey = defineOperation({
  name: 'keys.revoke',
  summary: 'Revoke an API key',
  description: 'Takes effect immediately and cannot be undone.',
  requires: 'admin',
  route: { method: 'DELETE', path: '/api/v1/keys/{id}' },
  input: z.strictObject({ id: text(255).describe('The id of the key.'), tenant }),
  output: apiKeyOutput,
  run: async (session, { id, tenant }) => {
    const { keys, tenantId, record } = session.administer(tenant)
    const at = new Date(session.now()).toISOString()
    const key = await keys.revoke(tenantId, id, at)
    if (!key) {
      throw new WhodidError(
        'not_found',
        `API key ${JSON.stringify(id)} not found in this tenant: list its keys with GET /api/v1/keys.`,
      )
    }
    if (key.revokedAt === at) {
      await record({
        action: `${AUDIT_CATEGORY}.key_revoked`,
        resource: { type: 'api_key', id, name: key.name },
        description: `Revoked API key ${key.name}`,
        metadata: { scopes: [...key.scopes] },
      })
    }
    return key
  },
})
