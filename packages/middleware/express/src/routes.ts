import type { Request } from 'express'

/**
 * Finds routes in Express's routers, whose layers are not documented. Every access is checked. With an unknown Express version,
 * only route patterns are missing.
 */

/** One entry of a router: a route, or a router or function mounted on a path. */
interface Layer {
  readonly route?: unknown
  readonly handle: object
  match(path: string): unknown
}

/** The layers from an app's router down to a route. */
type Chain = readonly Layer[]

/** The part of a path that a layer matched. */
interface LayerMatch {
  readonly path: string
  readonly params: readonly (readonly [name: string, value: string])[]
  /** The path as the host wrote it, if it is a string. */
  readonly pattern: string | undefined
}

interface ChainMatch {
  readonly pattern: string | undefined
  /** True when every path that the chain matches has this pattern. */
  readonly isConstant: boolean
}

const MAX_NESTED_APPS = 10

const chainsByRouter = new WeakMap<object, Map<object, Chain[]>>()
const constantPatterns = new WeakMap<Chain, string>()

/**
 * Returns the pattern of the matched route with the paths of all routers above it:
 * `/api/projects/:projectId/services/:id`. Returns null when no route matched.
 *
 * Express resets the mount path when a handler throws. So the route is looked up in the app's routers and matched against the
 * path again. This also distinguishes two mounts of one router.
 */
export function getRoute(req: Request, path: string): string | null {
  const route: unknown = req.route
  if (!isObject(route)) return null
  const app: unknown = req.app
  if (isObject(app) && getParentApp(app) === undefined) {
    const pattern = findPattern(app, route, path)
    if (pattern !== undefined) return pattern
  }
  const apps = getAppChain(app)
  for (const [index, each] of apps.entries()) {
    const mount = getMountPrefix(apps.slice(index), path)
    const pattern = findPattern(each, route, mount.rest)
    if (pattern !== undefined) return normalizePattern(mount.pattern + pattern)
  }
  return normalizePattern(guessPattern(route, path))
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function getParentApp(app: object): unknown {
  return 'parent' in app ? app.parent : undefined
}

/** Returns the responding app and the apps it is mounted in. */
function getAppChain(app: unknown): object[] {
  const apps: object[] = []
  for (let next: unknown = app; isObject(next) && apps.length < MAX_NESTED_APPS; next = getParentApp(next))
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

function findPattern(app: object, route: object, path: string): string | undefined {
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
function getRouter(app: object): object | undefined {
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
    for (const layer of getLayers(current)) {
      const chain = [...parents, layer]
      if (!isObject(layer.route)) visit(layer.handle, chain)
      else {
        const chains = chainsByRoute.get(layer.route)
        if (chains === undefined) chainsByRoute.set(layer.route, [chain])
        else chains.push(chain)
      }
    }
    ancestors.delete(current)
  }
  visit(router, [])
  return chainsByRoute
}

function getLayers(router: object): readonly Layer[] {
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

function matchChains(chains: readonly Chain[], path: string): string | undefined {
  for (const chain of chains) {
    const constant = constantPatterns.get(chain)
    if (constant !== undefined) return constant
    const { pattern, isConstant } = matchChain(chain, path)
    if (pattern !== undefined && isConstant && chains.length === 1) constantPatterns.set(chain, pattern)
    if (pattern !== undefined) return pattern
  }
  return undefined
}

function matchChain(chain: Chain, path: string): ChainMatch {
  let pattern = ''
  let rest = path
  let isConstant = true
  for (const layer of chain) {
    const match = matchLayer(layer, rest)
    if (match === undefined) return { pattern: undefined, isConstant: false }
    pattern += toPattern(match)
    isConstant &&=
      match.path === '' ||
      (match.pattern !== undefined && /^[\w\-/:.~]*$/.test(match.pattern) && !hasSeveralPaths(layer))
    rest = rest.slice(match.path.length)
    if (!rest.startsWith('/')) rest = `/${rest}`
  }
  return { pattern: normalizePattern(pattern), isConstant }
}

/** Matches a layer. Express 5.3 returns the match; older versions store it in the layer. */
function matchLayer(layer: Layer, path: string): LayerMatch | undefined {
  const result = callMatch(layer, path)
  const source = result === true ? layer : result
  if (!isObject(source) || !('path' in source) || typeof source.path !== 'string') return undefined
  const params = 'params' in source && isObject(source.params) ? Object.entries<unknown>({ ...source.params }) : []
  const pattern =
    'pattern' in source ? source.pattern : isObject(layer.route) && 'path' in layer.route ? layer.route.path : undefined
  return {
    path: source.path,
    params: params.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
    pattern: typeof pattern === 'string' ? pattern : undefined,
  }
}

function callMatch(layer: Layer, path: string): unknown {
  try {
    return layer.match(path)
  } catch {
    // The path is not properly URL-encoded.
    return undefined
  }
}

function hasSeveralPaths(layer: Layer): boolean {
  return 'rawPath' in layer && Array.isArray(layer.rawPath)
}

/** Returns the host's pattern if it has as many segments as the match, or else the match with its values named. */
function toPattern({ path, params, pattern }: LayerMatch): string {
  if (pattern === '/' && path === '') return ''
  if (pattern !== undefined && countSegments(pattern) === countSegments(path)) return pattern
  const segments = path.split('/')
  let end = segments.length
  for (const [name, value] of params.toReversed()) {
    const position = segments.findLastIndex((segment, index) => index < end && decodeSegment(segment) === value)
    if (position === -1) continue
    segments[position] = `:${name}`
    end = position
  }
  return segments.join('/')
}

function countSegments(path: string) {
  return path.split('/').filter((segment) => segment !== '').length
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** Guesses the pattern of a route behind a function that calls its router: the route's own path is at the end. */
function guessPattern(route: object, path: string): string {
  const routePath = 'path' in route && typeof route.path === 'string' ? route.path : ''
  const segments = path.split('/').filter((segment) => segment !== '')
  const parents = segments.slice(0, Math.max(0, segments.length - countSegments(routePath)))
  return `/${parents.join('/')}${routePath}`
}

function normalizePattern(pattern: string): string {
  const path = pattern.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1')
  return path.startsWith('/') ? path : `/${path}`
}
