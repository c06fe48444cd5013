import { type Authorize, type Viewer, WhodidError } from '@whodid/core'
import { type Asker, type Bearer, nobody } from './asker.ts'

/** Says who is asking. Somebody unknown is nobody, who may do nothing but ask for health. */
export type Authenticate = (request: Request, native: unknown, lookUp: () => void) => Promise<Asker>

const bearerOf = (request: Request): string | undefined =>
  /^bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1]

/** Holds what a host's `authorize` gave against its type, since all rights hang on it. */
const checked = (viewer: Viewer): Viewer => {
  const { id, tenants, permissions } = viewer
  const lists = Array.isArray(tenants) && Array.isArray(permissions)
  if (typeof id === 'string' && id !== '' && lists) {
    return { ...viewer, permissions: permissions.filter((permission) => permission !== 'ingest') }
  }
  throw new WhodidError(
    'internal',
    'authorize gave a viewer without an id, or whose tenants or permissions are no list: give { id, name, tenants, permissions }.',
  )
}

/** Tries the kinds of secrets that the service knows itself, then asks the host. */
export const createAuthenticate =
  (bearers: readonly Bearer[], authorize: Authorize | undefined): Authenticate =>
  async (request, native, lookUp) => {
    const secret = bearerOf(request)
    if (secret !== undefined) {
      for (const known of bearers) {
        const asker = await known(secret, lookUp)
        if (asker) return asker
      }
    }
    const viewer = await authorize?.(request, { native })
    if (!viewer) return nobody
    // A bearer token is sent by a script alone; Basic and the like by the browser itself, as a cookie is.
    return { viewer: checked(viewer), ownOnly: true, everyTenant: false, ambient: secret === undefined }
  }
