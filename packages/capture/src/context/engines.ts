import { WhodidError } from '@whodid/core'
import type { Engine } from './engine.ts'

const engines = new WeakMap<object, Engine>()

/** What stands behind a trail, for the captures that are made of it. */
export function engineOf(trail: object): Engine {
  const engine = engines.get(trail)
  if (engine === undefined) {
    throw new WhodidError(
      'invalid_input',
      'This trail was not made by createTrail of this copy of @whodid/capture: install one copy only.',
    )
  }
  return engine
}

export function rememberEngine(trail: object, engine: Engine): void {
  engines.set(trail, engine)
}
