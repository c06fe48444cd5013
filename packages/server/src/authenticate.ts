import { type Authorize, type Viewer, WhodidError } from '@whodid/core'
import type { KnownKey } from './keys.ts'
import { NOBODY } from './permission.ts'

/** Who is asking, and how they got in. */
export interface Asker {
  readonly viewer: Viewer
  /** Whether, without `view:all`, only their own activity is theirs to see. A key acts for its tenant, not for itself. */
  readonly ownOnly: boolean
  /** Whether any tenant may be named, as with a key for `*`. */
  readonly everyTenant: boolean
  /** Whether the browser may have sent the credentials by itself, as it does a cookie. */
  readonly ambient: boolean
}

/** Says who is asking. Somebody unknown is nobody, who may do nothing but ask for health. */
export type Authenticate = (request: Request, native: unknown) => Promise<Asker>

/** Who a request is from that nobody signed. */
export const nobody: Asker = { viewer: NOBODY, ownOnly: true, everyTenant: false, ambient: true }

const askerOfKey = ({ name, tenant, permissions }: KnownKey): Asker => ({
  viewer: { id: `key:${name}`, name, tenants: [tenant], permissions },
  ownOnly: false,
  everyTenant: tenant === '*',
  ambient: false,
})

const bearer = (request: Request): string | undefined =>
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

/** Tries the service's own keys first, then asks the host. */
export const createAuthenticate =
  (findKey: (secret: string) => Promise<KnownKey | undefined>, authorize: Authorize | undefined): Authenticate =>
  async (request, native) => {
    const secret = bearer(request)
    const key = secret === undefined ? undefined : await findKey(secret)
    if (key) return askerOfKey(key)
    const viewer = await authorize?.(request, { native })
    if (!viewer) return nobody
    // A bearer token is sent by a script alone; Basic and the like by the browser itself, as a cookie is.
    return { viewer: checked(viewer), ownOnly: true, everyTenant: false, ambient: secret === undefined }
  }
