import { countSegments, joinPatterns, nameParams } from '@whodid/capture/adapter'
import type { Request } from 'express'

// Express does not document the layers of its routers, so every access is checked: with an unknown version, only route
// patterns are missing.

/** One entry of a router: a route, or a router or function mounted on a path. */
interface Layer {
  readonly route?: unknown
  /** The path as the host wrote it, in Express 5. */
  readonly rawPath?: unknown
  /** In Express 4. */
  readonly regexp?: unknown
  readonly handle: object
  match(path: string): unknown
}

/** The layers from an app's router down to a route. */
type Chain = readonly Layer[]

/** The part of a path that a layer matched. */
interface LayerMatch {
  readonly path: string
  readonly params: { readonly [name: string]: unknown }
  /** The path as the host wrote it, if it is a string. */
  readonly pattern: string | undefined
}

const MAX_NESTED_APPS = 10
/** A path that only a catch-all matches. */
const ANY_PATH = '/~/~/~'
/** Ends in a wildcard: `*`, `*path`, `{*path}`, `(.*)`. */
const WILDCARD = /(?:\*\w*|\(\.\*\))\}?$/

const chainsByRouter = new WeakMap<object, Map<object, Chain[]>>()
/** Patterns of chains that have the same one for every path. */
const constantPatterns = new WeakMap<Chain, string>()

/**
 * Returns the pattern of the matched route with the paths of all routers above it:
 * `/api/projects/:projectId/services/:id`. Returns null when no route matched.
 *
 * Express resets the mount path when a handler throws. So the route is looked up in the app's routers and matched against the
 * path again. This also distinguishes two mounts of one router.
 */
export function getRoute(req: Request): string | null {
  const route: unknown = req.route
  if (!isObject(route)) return null
  const [path = '/'] = req.originalUrl.split('?')
  const apps = getAppChain(req.app)
  for (let index = 0; index < apps.length; index += 1) {
    const mount = getMountPrefix(apps.slice(index), path)
    const pattern = findPattern(apps[index], route, mount.rest)
    if (pattern !== undefined) return mount.pattern === '' ? pattern : joinPatterns(mount.pattern, pattern)
  }
  // The route is behind a function that calls its router. Its own path is at the end.
  const routePath = 'path' in route && typeof route.path === 'string' ? route.path : ''
  const segments = path.split('/').filter((segment) => segment !== '')
  return joinPatterns(...segments.slice(0, Math.max(0, segments.length - countSegments(routePath))), routePath)
}

/** Lists the routes of an app whose paths are strings. Routes behind other paths are learned when they are used. */
export function listRoutes(app: unknown): { readonly method: string; readonly path: string }[] {
  const router = getRouter(getAppChain(app).at(-1))
  if (router === undefined) return []
  return Array.from(indexRoutes(router)).flatMap(([route, chains]) => {
    const methods = 'methods' in route && isObject(route.methods) ? Object.keys(route.methods) : []
    return chains.flatMap((chain) => {
      const paths = chain.map(getWrittenPath)
      if (!paths.every((path) => path !== undefined)) return []
      const path = joinPatterns(...paths)
      return methods.map((method) => ({ method: method === '_all' ? '*' : method.toUpperCase(), path }))
    })
  })
}

/** Returns the path that the host gave a layer, if it is one string. */
function getWrittenPath({ route, rawPath, regexp }: Layer): string | undefined {
  const path = isObject(route) && 'path' in route ? route.path : rawPath
  if (isObject(regexp) && 'fast_slash' in regexp && regexp.fast_slash === true) return ''
  return typeof path === 'string' ? path : undefined
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** Returns the responding app and the apps it is mounted in. */
function getAppChain(app: unknown): object[] {
  const apps: object[] = []
  for (
    let next = app;
    isObject(next) && apps.length < MAX_NESTED_APPS;
    next = 'parent' in next ? next.parent : undefined
  )
    apps.push(next)
  return apps
}

/** Returns the mount path of the first app, and the rest of the path. */
function getMountPrefix(apps: readonly object[], path: string): { readonly pattern: string; readonly rest: string } {
  let pattern = ''
  let rest = path
  for (const app of apps.slice(0, -1).reverse()) {
    const mountpath = 'mountpath' in app ? app.mountpath : undefined
    const firstPath: unknown = Array.isArray(mountpath) ? mountpath[0] : mountpath
    if (typeof firstPath !== 'string') continue
    const depth = countSegments(firstPath)
    const segments = rest.split('/').slice(1)
    pattern += depth === 0 ? '' : Array.isArray(mountpath) ? `/${segments.slice(0, depth).join('/')}` : firstPath
    rest = `/${segments.slice(depth).join('/')}`
  }
  return { pattern, rest }
}

function findPattern(app: unknown, route: object, path: string): string | undefined {
  const router = getRouter(app)
  if (router === undefined) return undefined
  const cached = chainsByRouter.get(router)?.get(route)
  const pattern = cached === undefined ? undefined : matchChains(cached, path)
  // A route that was in no router stays unknown; a known one may have been mounted again.
  if (pattern !== undefined || cached?.length === 0) return pattern
  const chains = indexRoutes(router)
  if (!chains.has(route)) chains.set(route, [])
  chainsByRouter.set(router, chains)
  return matchChains(chains.get(route) ?? [], path)
}

/** Returns the router of an app. Express 4 keeps it in `_router`, and throws on `router`. */
function getRouter(app: unknown): object | undefined {
  if (!isObject(app)) return undefined
  const router = '_router' in app && isObject(app._router) ? app._router : 'router' in app ? app.router : undefined
  return isObject(router) ? router : undefined
}

function indexRoutes(router: object): Map<object, Chain[]> {
  const chainsByRoute = new Map<object, Chain[]>()
  const ancestors = new Set<object>()
  const visit = (current: object, parents: Chain) => {
    // A router may be mounted in itself.
    if (ancestors.has(current)) return
    ancestors.add(current)
    const layers = 'stack' in current && Array.isArray(current.stack) ? current.stack.filter(isLayer) : []
    for (const layer of layers) {
      const chain = [...parents, layer]
      if (isObject(layer.route)) chainsByRoute.set(layer.route, [...(chainsByRoute.get(layer.route) ?? []), chain])
      else visit(layer.handle, chain)
    }
    ancestors.delete(current)
  }
  visit(router, [])
  return chainsByRoute
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

function matchChains(chains: readonly Chain[], path: string): string | undefined {
  for (const chain of chains) {
    const constant = constantPatterns.get(chain)
    if (constant !== undefined) return constant
    const match = matchChain(chain, path)
    if (match?.isConstant === true && chains.length === 1) constantPatterns.set(chain, match.pattern)
    if (match !== undefined) return match.pattern
  }
  return undefined
}

function matchChain(
  chain: Chain,
  path: string,
): { readonly pattern: string; readonly isConstant: boolean } | undefined {
  let pattern = ''
  let rest = path
  let isConstant = true
  for (const layer of chain) {
    const match = matchLayer(layer, rest)
    if (match === undefined) return undefined
    pattern += toPattern(match)
    isConstant &&=
      match.path === '' ||
      (match.pattern !== undefined && /^[\w\-/:.~]*$/.test(match.pattern) && !Array.isArray(layer.rawPath))
    rest = rest.slice(match.path.length)
    if (!rest.startsWith('/')) rest = `/${rest}`
  }
  return { pattern: joinPatterns(pattern), isConstant }
}

/** Matches a layer. Express 5.3 returns the match; older versions store it in the layer. */
function matchLayer(layer: Layer, path: string): LayerMatch | undefined {
  const result = callMatch(layer, path)
  const source = result === true ? layer : result
  if (!isObject(source) || !('path' in source) || typeof source.path !== 'string') return undefined
  const params = 'params' in source && isObject(source.params) ? { ...source.params } : {}
  const { route } = layer
  const written = 'pattern' in source ? source.pattern : isObject(route) && 'path' in route ? route.path : undefined
  const isCatchAll = written instanceof RegExp && written.test(ANY_PATH)
  return { path: source.path, params, pattern: isCatchAll ? '/*' : typeof written === 'string' ? written : undefined }
}

function callMatch(layer: Layer, path: string): unknown {
  try {
    return layer.match(path)
  } catch {
    // The path is not properly URL-encoded.
    return undefined
  }
}

/** Returns the pattern as written if it has the segments of the match or a wildcard, or else the match with its values named. */
function toPattern({ path, params, pattern }: LayerMatch): string {
  if (pattern === '/' && path === '') return ''
  const isWhole = pattern !== undefined && (WILDCARD.test(pattern) || countSegments(pattern) === countSegments(path))
  return isWhole ? pattern : nameParams(path, params)
}
