import { type Authorize, filterSchema, type Viewer, WhodidError } from '@whodid/core'
import { z } from 'zod'
import { anonymous, type Bearer, type Caller } from './caller.ts'

/** Says who is asking. Somebody unknown is nobody, who may do nothing but ask for health. */
export type Authenticate = (request: Request, native: unknown, lookUp: () => void) => Promise<Caller>

function bearerOf(request: Request): string | undefined {
  return /^bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1]
}

/** What is hidden from a viewer: written wrongly, it would hide less than was meant. */
const limits = z.object({ filter: filterSchema.optional(), masked: z.array(z.string().min(1)).optional() })

/** Holds what a host's `authorize` gave against its type, since all rights hang on it. */
function checked(viewer: Viewer, onWarning: (message: string) => void): Viewer {
  const { id, tenants, permissions, filter, masked } = viewer
  const lists = Array.isArray(tenants) && Array.isArray(permissions)
  if (typeof id === 'string' && id !== '' && lists) {
    const { error } = limits.safeParse({ filter, masked })
    if (error) {
      const why = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
      onWarning(`authorize gave ${id} a filter or masked fields that cannot be read, so they see nothing. ${why}`)
      throw new WhodidError(
        'forbidden',
        'What the host says is hidden from this viewer cannot be read, so nothing is shown until it is mended.',
      )
    }
    return { ...viewer, permissions: permissions.filter((permission) => permission !== 'ingest') }
  }
  throw new WhodidError(
    'internal',
    'authorize gave a viewer without an id, or whose tenants or permissions are no list: give { id, name, tenants, permissions }.',
  )
}

/** Tries the kinds of secrets that the service knows itself, then asks the host. */
export function createAuthenticate(
  bearers: readonly Bearer[],
  authorize: Authorize | undefined,
  onWarning: (message: string) => void,
): Authenticate {
  return async (request, native, lookUp) => {
    const secret = bearerOf(request)
    if (secret !== undefined) {
      for (const known of bearers) {
        const asker = await known(secret, lookUp)
        if (asker) return asker
      }
    }
    const viewer = await authorize?.(request, { native })
    if (!viewer) return anonymous
    // A bearer token is sent by a script alone; Basic and the like by the browser itself, as a cookie is.
    return { viewer: checked(viewer, onWarning), ownOnly: true, everyTenant: false, ambient: secret === undefined }
  }
}
