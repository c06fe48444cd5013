import type { Filter } from '../filter/filter.ts'

export const PERMISSIONS = ['view', 'view:all', 'export', 'admin', 'ingest'] as const
/**
 * A permission of a viewer. `view`: their own activity. `view:all`: everyone's activity in the tenant. `export`: download the
 * activity they can see. `admin`: manage keys, retention and people. `ingest`: append events and report routes; only API keys have it.
 */
export type Permission = (typeof PERMISSIONS)[number]

export const KEY_SCOPES = ['ingest', 'read', 'export', 'admin'] as const
/** A scope of an API key. `read` grants `view` and `view:all`. */
export type KeyScope = (typeof KEY_SCOPES)[number]

/** A person or program that reads activity. */
export interface Viewer {
  readonly id: string
  readonly name: string
  /** The tenants that the viewer may read. The first is the default. */
  readonly tenants: readonly string[]
  readonly permissions: readonly Permission[]
  /** A filter that is combined with every read. */
  readonly filter?: Filter | undefined
  /** Event fields that are `[redacted]` for this viewer, such as `context.ip`, `actor.email` or `metadata`. */
  readonly masked?: readonly string[] | undefined
}

/**
 * Returns the viewer of a request, or null for an unauthenticated one. `native` is the request object of the framework.
 * Annotate its type in your function: the parameter is bivariant.
 *
 * @example
 * const authorize: Authorize = (_request, { native }: { native: express.Request }) => toViewer(native.user)
 */
export type Authorize = {
  bivariant(request: Request, extra: { readonly native: unknown }): Viewer | null | Promise<Viewer | null>
}['bivariant']
