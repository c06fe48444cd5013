import { type ApiKey, AUDIT_CATEGORY, filterSchema, KEY_SCOPES, timeRange, WhodidError } from '@whodid/core'
import { z } from 'zod'
import { hashApiKey, generateApiKey } from '../auth/api-key.ts'
import { isRestricted } from '../auth/permission.ts'
import { apiKeyOutput, apiKeysOutput, newApiKeyOutput } from '../openapi/output.ts'
import { tenant, text } from '../schemas.ts'
import { defineOperation } from './operation.ts'

/** Live keys of one name: the one in use, and the one that takes its place. */
const MAX_LIVE_KEYS = 2

/** What does not show as it stands: control characters, breaks of lines, and marks that turn the direction of text. */
const INVISIBLE_CHARACTERS = /[\p{Cc}\u2028\u2029\p{Bidi_Control}]/u

function isLive({ revokedAt, expiresAt }: ApiKey, now: number): boolean {
  return revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > now)
}

export const listKeys = defineOperation({
  name: 'keys.list',
  summary: 'List the API keys of a tenant, live ones and dead, newest first. None of them holds its secret.',
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
  summary: 'Make an API key of a tenant. It is shown this once.',
  requires: 'admin',
  route: { method: 'POST', path: '/api/v1/keys' },
  input: z.strictObject({
    name: text(200)
      .refine((name) => !INVISIBLE_CHARACTERS.test(name), 'must be one line without control characters or marks of direction')
      .describe('What people call it. Two live keys may have the same name, so that one can follow the other.'),
    scopes: z.array(z.enum(KEY_SCOPES)).min(1).max(KEY_SCOPES.length).describe('What it may do.'),
    expiresAt: filterSchema.shape.from
      // A zone may lift a time of that year past what a database reads.
      .refine((time) => !time?.startsWith('9999'), 'must be before the year 9999')
      .describe('When it stops by itself: a time with a zone, or the beginning of a date in UTC. Never when absent.'),
    tenant,
  }),
  output: newApiKeyOutput,
  run: async (session, input) => {
    const { keys, tenantId, record } = session.administer(input.tenant)
    const { name } = input
    if (isRestricted(session.viewer) && input.scopes.some((scope) => scope !== 'ingest')) {
      throw new WhodidError(
        'forbidden',
        `A key of these scopes shows all of the tenant, and some of it is hidden from ${session.viewer.name}: let somebody make it who sees everything.`,
      )
    }
    const now = session.now()
    const { from: end } = timeRange({ from: input.expiresAt })
    const expiresAt = end === undefined ? null : new Date(end).toISOString()
    if (expiresAt !== null && Date.parse(expiresAt) <= now) {
      throw new WhodidError('invalid_input', `expiresAt is over already (${expiresAt}): give a time to come.`)
    }
    const live = (await keys.list(tenantId)).filter((key) => key.name === name && isLive(key, now))
    const oldest = live.at(-1)
    if (oldest && live.length >= MAX_LIVE_KEYS) {
      throw new WhodidError(
        'invalid_input',
        `${MAX_LIVE_KEYS} keys called ${JSON.stringify(name)} are live already: revoke ${oldest.id}, the oldest of them, first.`,
      )
    }
    const scopes = KEY_SCOPES.filter((scope) => input.scopes.includes(scope))
    const { id, key } = generateApiKey(scopes)
    const hash = hashApiKey(key)
    // Before there is a key, so that none is made unseen.
    await record({
      action: `${AUDIT_CATEGORY}.key_created`,
      resource: { type: 'api_key', id, name },
      description: `The API key ${name} was created`,
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
  summary: 'Revoke an API key of a tenant, at once and for good.',
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
        `This tenant has no key ${JSON.stringify(id)}: GET /api/v1/keys lists its keys.`,
      )
    }
    if (key.revokedAt === at) {
      await record({
        action: `${AUDIT_CATEGORY}.key_revoked`,
        resource: { type: 'api_key', id, name: key.name },
        description: `The API key ${key.name} was revoked`,
        metadata: { scopes: [...key.scopes] },
      })
    }
    return key
  },
})
