import { AUDIT_CATEGORY } from '@whodid/core'
import { z } from 'zod'
import { MAX_AGE_S } from '../auth/viewer-token.ts'
import { tokensRevokedOutput } from '../openapi/schemas/administration.ts'
import { tenant, text } from '../schemas.ts'
import { defineOperation } from './operation.ts'

/** How long a revocation is stored: longer than any token is valid, with a minute of clock skew. */
const REVOCATION_AGE_MS = (MAX_AGE_S + 60) * 1000

const tokenId = text(255)
  .refine((value) => value.split('.').length !== 3, 'must be the id of a token (its jti claim), not the token itself')
  .describe('The id of the token: its jti claim.')

const selection = z.union(
  [
    z.strictObject({ token: tokenId, tenant }),
    z.strictObject({
      viewerId: text(1024).describe('Revokes all tokens of this viewer that were issued before now.'),
      tenant,
    }),
  ],
  { error: 'must be { token } with the id of a viewer token, or { viewerId } for all tokens of a viewer' },
)

export const revokeTokens = defineOperation({
  name: 'viewerTokens.revoke',
  summary: 'Revoke viewer tokens',
  description: 'Revokes one token, or all tokens of a viewer issued before now, for one tenant.',
  requires: 'admin',
  route: { method: 'POST', path: '/api/v1/viewer-tokens/revoke' },
  input: selection,
  output: tokensRevokedOutput,
  run: async (session, input) => {
    const { revocations, tenantId, record } = session.administer(input.tenant)
    const now = session.now()
    const at = new Date(now).toISOString()
    const until = new Date(now + REVOCATION_AGE_MS).toISOString()
    const [token, viewerId] = 'token' in input ? [input.token, null] : [null, input.viewerId]
    await revocations.add({ tenantId, token, viewerId, at, expiresAt: until })
    await record({
      action: `${AUDIT_CATEGORY}.token_revoked`,
      resource: token === null ? { type: 'user', id: viewerId } : { type: 'viewer_token', id: token },
      description: token === null ? `Revoked viewer tokens of ${viewerId}` : `Revoked viewer token ${token}`,
    })
    return { at, until }
  },
})
