import { WhodidError } from '@whodid/core'

/** Finds what the host has said about a route: an action, false for none, undefined when nothing. */
export type RouteTable = (method: string, route: string) => string | false | undefined

/** A table of `{ 'POST /api/jobs/:id/run': 'job.started' }`. */
export function compileRoutes(routes: { readonly [route: string]: string | false }): RouteTable {
  const table = new Map<string, string | false>()
  for (const [route, action] of Object.entries(routes)) {
    const match = /^([A-Z]+|\*)\s+(\/\S*)$/.exec(route)
    if (match === null) {
      throw new WhodidError(
        'invalid_input',
        `The route ${JSON.stringify(route)} must be a method and a path, such as "POST /api/jobs/:id/run".`,
      )
    }
    table.set(`${match[1]} ${shapeOf(match[2] ?? '')}`, action)
  }
  if (table.size === 0) return () => undefined
  return (method, route) => {
    const shape = shapeOf(route)
    return table.get(`${method} ${shape}`) ?? table.get(`* ${shape}`)
  }
}

/** A pattern without the names of its parameters, which differ between mounts, and without a slash at its end. */
function shapeOf(route: string): string {
  return route.replace(/:\w+(?:\([^)]*\))?/g, ':').replace(/(.)\/+$/, '$1')
}
