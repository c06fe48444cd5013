import { WhodidError } from '@whodid/core'
import type { Engine } from './engine.ts'

const engines = new WeakMap<object, Engine>()

/** Returns the engine of a trail. */
export function getEngine(trail: object): Engine {
  const engine = engines.get(trail)
  if (engine === undefined) {
    throw new WhodidError(
      'invalid_input',
      'This trail was not created by this copy of @whodid/capture: install one copy only.',
    )
  }
  return engine
}

/** Registers the engine of a trail, for its captures. */
export function registerEngine(trail: object, engine: Engine): void {
  engines.set(trail, engine)
}
