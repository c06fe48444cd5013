/** A route of the host app, with the action that its requests are recorded as. */
export interface AppRoute {
  /** The HTTP method in uppercase, or `*` for every method. */
  readonly method: string
  /** The full path pattern, such as `/api/projects/:id`. */
  readonly path: string
  /** The action of its events, such as `project.updated`. Null when its requests are not recorded. */
  readonly action: string | null
}

/** A stored route of the host app. */
export interface StoredRoute extends AppRoute {
  readonly firstSeenAt: string
  /** The last time it was reported, to within an hour. */
  readonly lastSeenAt: string
}

/** The number of routes that a store kept, and of new ones that it ignored because it is full. */
export interface RoutesStored {
  readonly stored: number
  readonly ignored: number
}

/** Stores the routes of the host app. They belong to the whole deployment, not to a tenant. */
export interface RouteStore {
  /**
   * Adds new routes, and updates the action and the time of known ones. A known route is only rewritten when its action has changed
   * or its time is more than an hour old. Stores up to 10,000 routes, and ignores further new ones.
   *
   * Each pair of method and path occurs once. A method has at most 128 characters, a path at most 2,048 bytes in UTF-8.
   */
  put(routes: readonly AppRoute[], at: string): Promise<RoutesStored>
  /** Lists all routes, by path and method. */
  list(): Promise<readonly StoredRoute[]>
}
