import type { Channel } from '@whodid/core'
import type { ActorInput } from '../event/inputs.ts'
import type { Trail } from '../trail.ts'

/** Headers as Node or Fetch has them. */
export type HeaderBag = { readonly [name: string]: string | readonly string[] | undefined } | Headers

/** Facts about a request when it begins. */
export interface RequestFacts<N extends object> {
  /** The framework's own request. The host's functions receive it. */
  readonly native: N
  readonly method: string
  /** The requested path, without the query. */
  readonly path: string
  /** By reference, with names in lower case. */
  readonly headers: HeaderBag
  /** Returns the client's address, as the host trusts its proxies. Called only for events, maybe after the client disconnected. */
  readonly ip?: (() => string | null | undefined) | undefined
}

/** Facts about a request when it ends. */
export interface RequestOutcome {
  readonly status: number
  /** The pattern of the matched route, with its full mount path: `/api/projects/:id`; null when none matched. */
  readonly route?: string | null | undefined
  /** True when the client disconnected before the response was complete. */
  readonly aborted?: boolean | undefined
  /** The thrown error, if the framework exposes it. */
  readonly error?: unknown
  /** The parsed body, by reference. */
  readonly requestBody?: unknown
  /** The response body before serialization, by reference. */
  readonly responseBody?: unknown
  /** The `Location` header. */
  readonly location?: string | undefined
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

/** {@link CaptureOptions} with the trail that records the events. */
export interface CreateCaptureOptions<N extends object, A extends string = string> extends CaptureOptions<N, A> {
  /** A trail of `createTrail`, with any catalog. */
  readonly trail: Pick<Trail, 'flush' | 'close' | 'stats'>
}

/** Turns the requests of any framework into events. */
export interface Capture<N extends object> {
  /** True when an action of the catalog has `onFailure: 'closed'`. Otherwise `hold` need not be called. */
  readonly hasFailClosed: boolean
  begin(facts: RequestFacts<N>): RequestCapture
}

/** The capture of one request. */
export interface RequestCapture {
  /** Calls `fn` in the context of the request, so that `record` and `annotate` belong to it. */
  run<T>(fn: () => T): T
  /**
   * Call it before the head of the response is sent. Returns a promise if an action of the request has
   * `onFailure: 'closed'`: send the head when it resolves, or respond with 503 when it rejects.
   */
  hold(outcome: RequestOutcome | (() => RequestOutcome)): Promise<void> | undefined
  /** Ends the request. Later calls do nothing. A function is called in the next `setImmediate`, off the response path. */
  end(outcome: RequestOutcome | (() => RequestOutcome)): void
}
