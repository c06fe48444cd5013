import { type Authorize, type Viewer, WhodidError } from '@whodid/core'
import { filterSchema } from '@whodid/core/filter'
import { z } from 'zod'
import { anonymous, type BearerAuthenticator, type Caller } from './caller.ts'

/** Finds the caller of a request. A request without credentials is anonymous. */
export type Authenticate = (request: Request, native: unknown, beforeLookup: () => void) => Promise<Caller>

function readBearerToken(request: Request): string | undefined {
  return /^bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1]
}

const restrictionsSchema = z.object({
  filter: filterSchema.optional(),
  masked: z.array(z.string().min(1)).optional(),
})

/** Validates what the host's `authorize` returned. An invalid restriction denies access, as it might hide too little. */
function validateViewer(viewer: Viewer, onWarning: (message: string) => void): Viewer {
  const { id, tenants, permissions, filter, masked } = viewer
  if (typeof id !== 'string' || id === '' || !Array.isArray(tenants) || !Array.isArray(permissions)) {
    throw new WhodidError(
      'internal',
      '`authorize` returned an invalid viewer: return { id, name, tenants, permissions }, with arrays of tenants and permissions.',
    )
  }
  const { error } = restrictionsSchema.safeParse({ filter, masked })
  if (error) {
    const reason = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
    onWarning(
      `\`authorize\` returned an invalid \`filter\` or \`masked\` for ${id}, so they cannot read anything. ${reason}`,
    )
    throw new WhodidError(
      'forbidden',
      'The host app returned an invalid filter or masked fields for this viewer, so nothing is shown. Fix `authorize`.',
    )
  }
  return { ...viewer, permissions: permissions.filter((permission) => permission !== 'ingest') }
}

/** Tries the keys and tokens that the service knows, then asks the host's `authorize`. */
export function createAuthenticate(
  authenticators: readonly BearerAuthenticator[],
  authorize: Authorize | undefined,
  onWarning: (message: string) => void,
): Authenticate {
  return async (request, native, beforeLookup) => {
    const secret = readBearerToken(request)
    if (secret !== undefined) {
      for (const authenticateBearer of authenticators) {
        const caller = await authenticateBearer(secret, beforeLookup)
        if (caller) return caller
      }
    }
    const viewer = await authorize?.(request, { native })
    if (!viewer) return anonymous
    return {
      viewer: validateViewer(viewer, onWarning),
      ownOnly: true,
      allTenants: false,
      // Only scripts send bearer tokens. Browsers attach cookies and Basic credentials by themselves.
      hasAmbientCredentials: secret === undefined,
    }
  }
}
