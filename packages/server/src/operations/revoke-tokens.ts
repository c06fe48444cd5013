import { AUDIT_CATEGORY } from '@whodid/core'
import { z } from 'zod'
import { MAX_AGE_S } from '../auth/viewer-token.ts'
import { tokensRevokedOutput } from '../openapi/output.ts'
import { tenant, text } from '../schemas.ts'
import { defineOperation } from './operation.ts'

/** How long a revocation is kept: no token outlives it, even where clocks differ by a minute. */
const REVOCATION_AGE_MS = (MAX_AGE_S + 60) * 1000

const tokenId = text(255)
  .refine((value) => value.split('.').length !== 3, 'must be the id of a token, its jti claim, not the token itself')
  .describe('The id of a token: its jti.')

const selection = z.union(
  [
    z.strictObject({ token: tokenId, tenant }),
    z.strictObject({ viewerId: text(1024).describe('Whose tokens, as far as they were issued before now.'), tenant }),
  ],
  { error: 'must be { token } with the id of a viewer token, or { viewerId } for all that a viewer has been given' },
)

export const revokeTokens = defineOperation({
  name: 'viewerTokens.revoke',
  summary: 'Revoke a viewer token, or all that a viewer has been given until now, for one tenant.',
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
      description:
        token === null ? `The viewer tokens of ${viewerId} were revoked` : `The viewer token ${token} was revoked`,
    })
    return { at, until }
  },
})
