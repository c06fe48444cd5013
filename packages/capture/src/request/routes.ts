import { WhodidError } from '@whodid/core'

/** Finds the action that the host gave a route: false for none, undefined when it is not listed. */
export type RouteTable = (method: string, route: string) => string | false | undefined

/** Compiles `{ 'POST /api/jobs/:id/run': 'job.started' }`; returns undefined for an empty table. */
export function compileRoutes(routes: { readonly [route: string]: string | false }): RouteTable | undefined {
  const table = new Map<string, string | false>()
  for (const [route, action] of Object.entries(routes)) {
    const match = /^([A-Z]+|\*)\s+(\/\S*)$/.exec(route)
    if (match === null) {
      throw new WhodidError(
        'invalid_input',
        `The route ${JSON.stringify(route)} must be a method and a path, such as "POST /api/jobs/:id/run".`,
      )
    }
    table.set(`${match[1]} ${normalize(match[2] ?? '')}`, action)
  }
  if (table.size === 0) return undefined
  return (method, route) => {
    const pattern = normalize(route)
    return table.get(`${method} ${pattern}`) ?? table.get(`* ${pattern}`)
  }
}

/** Removes parameter names, which differ between mounts, and a trailing slash. */
function normalize(route: string): string {
  return route.replace(/:\w+(?:\([^)]*\))?/g, ':').replace(/(.)\/+$/, '$1')
}
