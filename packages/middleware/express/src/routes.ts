import type { Request } from 'express'
import { isObject, isOneOfMany, type Layer, layersOf, matchOf, parentOf, routerOf } from './layers.ts'

/** The layers from an app's router down to a route: routers it is mounted in, and the route's own at the end. */
type Chain = readonly Layer[]

const chainsOf = new WeakMap<object, Map<object, Chain[]>>()
const constants = new WeakMap<Chain, string>()

/**
 * The pattern of the route that took the request, with the paths of all routers above it: `/api/projects/:projectId/services/:id`.
 * Null when no route did.
 *
 * Express forgets where a route is mounted as soon as its handler has thrown, so that is looked up in the app's routers, and
 * matched against the path once more: a router that is mounted twice has two answers.
 */
export function routeOf(req: Request, path: string): string | null {
  const route: unknown = req.route
  if (!isObject(route)) return null
  const app: unknown = req.app
  if (isObject(app) && parentOf(app) === undefined) {
    const found = patternIn(app, route, path)
    if (found !== undefined) return found
  }
  const apps = appsOf(app)
  for (const [index, each] of apps.entries()) {
    const above = prefixOf(apps.slice(index), path)
    const found = patternIn(each, route, above.rest)
    if (found !== undefined) return tidy(above.pattern + found)
  }
  return tidy(byLength(route, path))
}

/** The app that is answering, and those it is mounted in. */
function appsOf(app: unknown): object[] {
  const apps: object[] = []
  for (let next: unknown = app; isObject(next) && apps.length < 10; next = parentOf(next)) apps.push(next)
  return apps
}

/** Where the first of these apps is mounted, and what of the path is left for it. */
function prefixOf(apps: readonly object[], path: string): { readonly pattern: string; readonly rest: string } {
  let pattern = ''
  let rest = path
  for (const app of apps.slice(0, -1).reverse()) {
    const mountpath = 'mountpath' in app ? app.mountpath : undefined
    const given: unknown = Array.isArray(mountpath) ? mountpath[0] : mountpath
    if (typeof given !== 'string') continue
    const depth = given.split('/').filter((segment) => segment !== '').length
    const segments = rest.split('/').slice(1)
    pattern += depth === 0 ? '' : Array.isArray(mountpath) ? `/${segments.slice(0, depth).join('/')}` : given
    rest = `/${segments.slice(depth).join('/')}`
  }
  return { pattern, rest }
}

function patternIn(app: object, route: object, path: string): string | undefined {
  const router = routerOf(app)
  if (router === undefined) return undefined
  const known = chainsOf.get(router)?.get(route)
  const found = known === undefined ? undefined : patternAmong(known, path)
  // What is in no router will not be; what is, may have been mounted once more.
  if (found !== undefined || known?.length === 0) return found
  const chains = indexed(router)
  if (!chains.has(route)) chains.set(route, [])
  chainsOf.set(router, chains)
  return patternAmong(chains.get(route) ?? [], path)
}

function indexed(router: object): Map<object, Chain[]> {
  const chains = new Map<object, Chain[]>()
  const seen = new Set<object>()
  const visit = (within: object, above: Chain) => {
    // A router may be mounted in itself.
    if (seen.has(within)) return
    seen.add(within)
    for (const layer of layersOf(within)) {
      const chain = [...above, layer]
      if (isObject(layer.route)) chains.set(layer.route, [...(chains.get(layer.route) ?? []), chain])
      else visit(layer.handle, chain)
    }
    seen.delete(within)
  }
  visit(router, [])
  return chains
}

function patternAmong(chains: readonly Chain[], path: string): string | undefined {
  for (const chain of chains) {
    const known = constants.get(chain)
    if (known !== undefined) return known
    const { pattern, isConstant } = patternAlong(chain, path)
    if (pattern !== undefined && isConstant && chains.length === 1) constants.set(chain, pattern)
    if (pattern !== undefined) return pattern
  }
  return undefined
}

interface Found {
  readonly pattern: string | undefined
  /** Whether every path that the chain takes has this pattern. */
  readonly isConstant: boolean
}

function patternAlong(chain: Chain, path: string): Found {
  let pattern = ''
  let rest = path
  let isConstant = true
  for (const layer of chain) {
    const match = matchOf(layer, rest)
    if (match === undefined) return { pattern: undefined, isConstant: false }
    pattern += patternOf(match.path, match.params, match.pattern)
    isConstant &&=
      match.path === '' || (match.pattern !== undefined && /^[\w\-/:.~]*$/.test(match.pattern) && !isOneOfMany(layer))
    rest = rest.slice(match.path.length)
    if (!rest.startsWith('/')) rest = `/${rest}`
  }
  return { pattern: tidy(pattern), isConstant }
}

/** What the host wrote, where it is a text with as many segments as it matched; else the matched text with its values named. */
function patternOf(
  matched: string,
  params: readonly (readonly [string, string])[],
  written: string | undefined,
): string {
  if (written === '/' && matched === '') return ''
  if (written !== undefined && depthOf(written) === depthOf(matched)) return written
  const segments = matched.split('/')
  let end = segments.length
  for (const [name, value] of params.toReversed()) {
    const at = segments.findLastIndex((segment, index) => index < end && decoded(segment) === value)
    if (at === -1) continue
    segments[at] = `:${name}`
    end = at
  }
  return segments.join('/')
}

function depthOf(path: string) {
  return path.split('/').filter((segment) => segment !== '').length
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** For a route behind a function that calls its router: its own path stands at the end of the whole one. */
function byLength(route: object, path: string): string {
  const own = 'path' in route && typeof route.path === 'string' ? route.path : ''
  const segments = path.split('/').filter((segment) => segment !== '')
  const above = segments.slice(0, Math.max(0, segments.length - depthOf(own)))
  return `/${above.join('/')}${own}`
}

function tidy(pattern: string): string {
  const single = pattern.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1')
  return single.startsWith('/') ? single : `/${single}`
}
