import { afterwards } from '../context/engine.ts'
import { engineOf } from '../context/engines.ts'
import type { CreateCaptureOptions, RequestFacts, RequestOutcome } from './options.ts'
import { RequestFrame } from './request.ts'
import { compileRoutes } from './routes.ts'

/** Tells that a request has ended. Later calls do nothing. */
export interface Finish {
  /** A function is asked for the outcome a moment later, when requests that ended together are taken together. */
  (outcome: RequestOutcome | (() => RequestOutcome)): void
  /** Calls `fn` in the context of the request, where `record` and `annotate` belong to it. */
  run<T>(fn: () => T): T
  /**
   * To be asked before the head of the response is sent. A promise means that an action of this request is declared
   * `onFailure: 'closed'`: send the head when it resolves, and answer 503 instead when it rejects.
   */
  hold(outcome: RequestOutcome): Promise<void> | undefined
}

/** Turns requests into events, whatever the framework. */
export interface Capture<N extends object> {
  /** Whether any action of the catalog can hold a response, so that `hold` is worth asking. */
  readonly mayHold: boolean
  begin(facts: RequestFacts<N>): Finish
}

// An adapter that was put in front of an app and of a router of it too: the first one tells.
const alreadyBegun: Finish = Object.assign(() => {}, { run: <T>(fn: () => T): T => fn(), hold: () => undefined })

/**
 * The seam of all adapters: `begin` when a request comes in, `finish` when its response has ended.
 *
 * @example
 * const capture = createCapture<IncomingMessage>({ trail, actor: (req) => sessionOf(req)?.user })
 * const server = createServer((req, res) => {
 *   const finish = capture.begin({ native: req, method: req.method ?? 'GET', path: pathOf(req), headers: req.headers })
 *   res.once('close', () => finish({ status: res.statusCode, route: routeOf(req), aborted: !res.writableFinished }))
 *   finish.run(() => handle(req, res))
 * })
 */
export function createCapture<N extends object, A extends string = string>(
  options: CreateCaptureOptions<N, A>,
): Capture<N> {
  const engine = engineOf(options.trail)
  const parts = { engine, options, routes: compileRoutes(options.routes ?? {}) }

  /** Whatever goes wrong in here, the host's request goes on. */
  function guarded<T>(facts: RequestFacts<N>, step: () => T): T | undefined {
    try {
      return step()
    } catch (error) {
      engine.warn(`${facts.method} ${facts.path} could not be recorded, which is a bug: ${String(error)}`)
      return undefined
    }
  }

  return {
    mayHold: engine.mayHold,
    begin(facts) {
      const outer = engine.frames.getStore()
      if (outer instanceof RequestFrame && outer.isOf(facts.native)) return alreadyBegun
      const frame = new RequestFrame(parts, facts)
      let isEnded = false
      const finish: Finish = (outcome) => {
        if (isEnded) return
        isEnded = true
        if (frame.endIdle()) return
        afterwards(engine, () =>
          guarded(facts, () => frame.finish(typeof outcome === 'function' ? outcome() : outcome)),
        )
      }
      finish.run = (fn) => engine.frames.run(frame, fn)
      finish.hold = (outcome) => guarded(facts, () => frame.hold(outcome))
      return finish
    },
  }
}
