import type { Channel } from '@whodid/core'
import type { ActorInput } from '../event/inputs.ts'
import type { Trail } from '../trail.ts'
import type { HeaderBag } from './context.ts'

/** What an adapter knows of a request when it begins. */
export interface RequestFacts<N extends object> {
  /** The framework's own request, which the host's functions get. */
  readonly native: N
  readonly method: string
  /** The path as it was asked for, without the query. */
  readonly path: string
  /** By reference; names in lower case. */
  readonly headers: HeaderBag
  /** Tells the client's address, as the host trusts its proxies. Asked when there is an event, which may be when the client has left. */
  readonly ip?: (() => string | null | undefined) | undefined
}

/** What an adapter knows of a request when it has ended. */
export interface RequestOutcome {
  readonly status: number
  /** The pattern of the route that was matched, with its full mount path: `/api/projects/:id`; null when there was none. */
  readonly route?: string | null | undefined
  /** The client left before the answer was complete. */
  readonly aborted?: boolean | undefined
  /** What was thrown, where the framework tells. */
  readonly error?: unknown
  /** The parsed body, by reference. */
  readonly requestBody?: unknown
  /** What was answered, before it became text. */
  readonly responseBody?: unknown
  /** The Location header. */
  readonly location?: string | undefined
}

/** How requests become events. Every function gets the framework's own request. */
export interface CaptureOptions<N extends object, A extends string = string> {
  /**
   * Who is acting: read when the response ends, when authentication has run. The outcome is null when an event has to go out
   * earlier. Nobody is the actor `anonymous`.
   */
  readonly actor?:
    | ((native: N, outcome: RequestOutcome | null) => Eventually<ActorInput | null | undefined>)
    | undefined
  /** Which organisation the event belongs to. Nothing leaves that to the service. */
  readonly tenant?: ((native: N, outcome: RequestOutcome | null) => Eventually<string | null | undefined>) | undefined
  /** True for requests that are no events. */
  readonly ignore?: ((native: N, outcome: RequestOutcome) => boolean) | undefined
  /**
   * Actions by route, where the inferred one is wrong; false for none:
   * `{ 'POST /api/jobs/:id/run': 'job.started', 'POST /api/search': false }`. The names of parameters do not matter.
   */
  readonly routes?: { readonly [route: string]: A | false } | undefined
  /** Whether GET and HEAD are recorded, as `viewed`. @default false */
  readonly recordReads?: boolean | ((native: N) => boolean) | undefined
  /** @default by the headers: `ui` for browsers, else `api` */
  readonly channel?: Channel | ((native: N) => Channel | undefined) | undefined
}

/** Now or later. */
export type Eventually<T> = T | Promise<T>

/** {@link CaptureOptions}, and the trail that events go to. */
export interface CreateCaptureOptions<N extends object, A extends string = string> extends CaptureOptions<N, A> {
  /** A trail of `createTrail`, of whatever catalog. */
  readonly trail: Pick<Trail, 'flush' | 'close' | 'stats'>
}
