/**
 * What Express does not document of its routers, in one place: the layers of a router, and what they match. Every access is
 * checked, so that another version of Express costs the pattern of a route and nothing else.
 */

/** One entry of a router: a route, or a router or function mounted on a path. */
export interface Layer {
  readonly route?: unknown
  readonly handle: object
  match(path: string): unknown
}

/** What a layer took off a path. */
export interface LayerMatch {
  readonly path: string
  readonly params: readonly (readonly [name: string, value: string])[]
  /** The path as the host wrote it, where it is a text. */
  readonly pattern: string | undefined
}

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** The app that an app is mounted in. */
export function parentOf(app: object): unknown {
  return 'parent' in app ? app.parent : undefined
}

/** Express 4 has it as `_router`, and throws on `router`. */
export function routerOf(app: object): object | undefined {
  const router = '_router' in app && isObject(app._router) ? app._router : 'router' in app ? app.router : undefined
  return isObject(router) ? router : undefined
}

export function layersOf(router: object): readonly Layer[] {
  return 'stack' in router && Array.isArray(router.stack) ? router.stack.filter(isLayer) : []
}

function isLayer(value: unknown): value is Layer {
  return (
    isObject(value) &&
    'match' in value &&
    typeof value.match === 'function' &&
    'handle' in value &&
    isObject(value.handle)
  )
}

/** Express 5.3 returns what was matched; before, layers remember it. */
export function matchOf(layer: Layer, path: string): LayerMatch | undefined {
  const result = matched(layer, path)
  const source = result === true ? layer : result
  if (!isObject(source) || !('path' in source) || typeof source.path !== 'string') return undefined
  const params = 'params' in source && isObject(source.params) ? Object.entries<unknown>({ ...source.params }) : []
  const given =
    'pattern' in source ? source.pattern : isObject(layer.route) && 'path' in layer.route ? layer.route.path : undefined
  return {
    path: source.path,
    params: params.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
    pattern: typeof given === 'string' ? given : undefined,
  }
}

/** Whether a layer was given several paths. */
export function isOneOfMany(layer: Layer): boolean {
  return 'rawPath' in layer && Array.isArray(layer.rawPath)
}

function matched(layer: Layer, path: string): unknown {
  try {
    return layer.match(path)
  } catch {
    // A value that is not URL-encoded properly.
    return undefined
  }
}
