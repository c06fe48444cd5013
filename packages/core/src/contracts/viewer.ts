import type { Filter } from '../filter/filter.ts'

export const PERMISSIONS = ['view', 'view:all', 'export', 'admin', 'ingest'] as const
/** `view` is one's own activity, `view:all` everybody's. A person never gets `ingest` from a role. */
export type Permission = (typeof PERMISSIONS)[number]

export const KEY_SCOPES = ['ingest', 'read', 'export', 'admin'] as const
/** What an API key may do: `read` stands for `view` and `view:all`. */
export type KeyScope = (typeof KEY_SCOPES)[number]

/** Whoever reads. */
export interface Viewer {
  readonly id: string
  readonly name: string
  /** The first is the default. */
  readonly tenants: readonly string[]
  readonly permissions: readonly Permission[]
  /** ANDed into every read. */
  readonly filter?: Filter | undefined
  /** Fields this viewer gets as `[redacted]`: paths into an event such as `context.ip`, `actor.email`, `metadata`. */
  readonly masked?: readonly string[] | undefined
}

/**
 * Says who is asking, or null when nobody who may. `native` is the framework's own request, and an annotation says
 * which: the type takes it, as a method's parameter would.
 *
 * @example
 * const authorize: Authorize = (_request, { native }: { native: express.Request }) => viewerOf(native.user)
 */
export type Authorize = {
  bivariant(request: Request, extra: { readonly native: unknown }): Viewer | null | Promise<Viewer | null>
}['bivariant']
