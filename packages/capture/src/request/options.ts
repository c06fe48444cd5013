import type { Channel } from '@whodid/core'
import type { ActorInput } from '../event/inputs.ts'

/** Headers as Node or Fetch has them. */
export type HeaderBag = { readonly [name: string]: string | readonly string[] | undefined } | Headers

/** A route of the host app: a method in upper case, or `*`, and a pattern with its full mount path. */
export interface ListedRoute {
  readonly method: string
  readonly path: string
}

/** Facts about a request when it begins. */
export interface RequestFacts<N extends object> {
  /** The framework's own request. The host's functions receive it. */
  readonly native: N
  readonly method: string
  /** The requested path, without the query. */
  readonly path: string
  /** By reference, with names in lower case. @default none */
  readonly headers?: HeaderBag | undefined
  /** Returns the client's address, as the host trusts its proxies. Called only for events, maybe after the client disconnected. */
  readonly ip?: (() => string | null | undefined) | undefined
  /**
   * True for a call within a captured request, such as one procedure of a tRPC batch. Its actor, tenant and origin are those of
   * the request around it, and that request infers no action of its own. @default false
   */
  readonly inner?: boolean | undefined
  /** Returns the routes of the app. Called once, after the first request. Without it, routes are learned as they are used. */
  readonly listRoutes?: (() => Iterable<ListedRoute>) | undefined
}

/** Facts about a request when it ends, with resolved bodies. The host's functions receive them. */
export interface RequestOutcome {
  readonly status: number
  /** The method, if the app has changed it since the request began, like `method-override`. */
  readonly method?: string | undefined
  /** The pattern of the matched route, with its full mount path: `/api/projects/:id`; null when none matched. */
  readonly route?: string | null | undefined
  /** The values of the route's parameters. @default parsed from the path */
  readonly params?: { readonly [name: string]: unknown } | undefined
  /** The name of a procedure: `project.archive`. Its last word is the verb. */
  readonly call?: string | undefined
  /** The action that the framework's own metadata names, such as a decorator; false for none. The host's `routes` win. */
  readonly action?: string | false | undefined
  /** True when the client disconnected before the response was complete. */
  readonly aborted?: boolean | undefined
  /** The thrown error, if the framework tells it. */
  readonly error?: unknown
  /** True when the client received `error.message`. A message that the client did not receive is not stored. @default false */
  readonly exposed?: boolean | undefined
  /** The parsed body, by reference. */
  readonly requestBody?: unknown
  /** The response body before serialization, by reference. */
  readonly responseBody?: unknown
  /** The `Location` header. */
  readonly location?: string | undefined
}

/** Facts about a request when it ends. Bodies are read only for requests that may become events. */
export interface Outcome extends Omit<RequestOutcome, 'requestBody' | 'responseBody' | 'aborted'> {
  /** True when the client disconnected before the response was complete. A function is called when the bodies are read. */
  readonly aborted?: boolean | (() => boolean) | undefined
  /** Returns the parsed body, or a promise of it. */
  readonly requestBody?: (() => unknown) | undefined
  /** Returns the response body before serialization, or a promise of it. */
  readonly responseBody?: (() => unknown) | undefined
}

/** Options of every adapter. Functions receive the framework's own request. */
export interface CaptureOptions<N extends object, A extends string = string> {
  /**
   * Returns the user who acts. Called when the response ends, after authentication. The outcome is null when an event must
   * be sent earlier. Without a user, the actor is `anonymous`.
   */
  readonly actor?:
    | ((native: N, outcome: RequestOutcome | null) => MaybePromise<ActorInput | null | undefined>)
    | undefined
  /** Returns the organization of the event. Without one, the service decides. */
  readonly tenant?: ((native: N, outcome: RequestOutcome | null) => MaybePromise<string | null | undefined>) | undefined
  /** Returns true for requests that are not recorded. */
  readonly ignore?: ((native: N, outcome: RequestOutcome) => boolean) | undefined
  /**
   * Actions by route, where the inferred one is wrong; false for none:
   * `{ 'POST /api/jobs/:id/run': 'job.started', 'POST /api/search': false }`. The names of parameters do not matter.
   */
  readonly routes?: { readonly [route: string]: A | false } | undefined
  /** Records GET and HEAD as `viewed`. @default false */
  readonly recordReads?: boolean | ((native: N) => boolean) | undefined
  /** @default by the headers: `ui` for browsers, or else `api` */
  readonly channel?: Channel | ((native: N) => Channel | undefined) | undefined
}

/** A value, or a promise of one. */
export type MaybePromise<T> = T | Promise<T>

/** Turns the requests of any framework into events. */
export interface Capture<N extends object> {
  /** True when an action of the catalog has `onFailure: 'closed'`. Otherwise `hold` need not be called. */
  readonly hasFailClosed: boolean
  /** Begins a request. Call it before the host's handlers. */
  begin(facts: RequestFacts<N>): RequestCapture
}

/** Options for the end of a request. */
export interface EndOptions {
  /**
   * Delivers the events at once, without a timer. For a runtime that stops a request after its response: pass the promise of
   * `end` to `waitUntil`. @default false, which collects the events of several requests
   */
  readonly flush?: boolean | undefined
}

/** The capture of one request. */
export interface RequestCapture {
  /** Calls `fn` in the context of the request, so that `record` and `annotate` belong to it. */
  run<T>(fn: () => T): T
  /**
   * Call it before the head of the response is sent. Returns a promise if an action of the request has
   * `onFailure: 'closed'`: send the head when it resolves, or respond with 503 when it rejects.
   */
  hold(outcome: Outcome | (() => Outcome)): Promise<void> | undefined
  /**
   * Ends the request. Later calls change nothing. A function is called in the next `setImmediate`, off the response path.
   *
   * Resolves when the service has stored or rejected the events of the request, or after `limits.flushTimeoutMs`. Never
   * rejects.
   */
  end(outcome: Outcome | (() => Outcome), options?: EndOptions): Promise<void>
}
