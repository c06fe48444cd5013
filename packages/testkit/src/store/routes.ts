import type { AppRoute } from '@whodid/core'
import { beforeEach, describe, expect, test } from 'vitest'
import type { StoreUnderTest } from './events.ts'

const MAX_ROUTES = 10_000

function createRoute(path: string, route: Partial<AppRoute> = {}): AppRoute {
  return { method: 'GET', path, action: null, ...route }
}

function createRoutes(count: number, prefix: string): AppRoute[] {
  return Array.from({ length: count }, (_, index) => createRoute(`/${prefix}/${index}`))
}

/** Tests the routes of the host app. */
export function testRoutes(subject: () => StoreUnderTest): void {
  describe('routes', () => {
    const noon = '2026-11-20T12:00:00.123Z'
    const readVersions = async () =>
      (await subject().query('select path, xmin::text as version from whodid.routes order by path', [])).map(
        ({ path, version }) => `${path} ${version}`,
      )

    beforeEach(async () => {
      await subject().query('delete from whodid.routes', [])
    })

    test('are listed by path and method, with the times they were reported', async () => {
      const { routes } = subject().store
      const posted = createRoute('/api/projects/:id', { method: 'POST', action: 'project.updated' })
      const any = createRoute('/api/projects/:id', { method: '*' })
      const odd = createRoute('/"{a,b}\\\' é/NULL', { method: 'M-SEARCH', action: 'NULL' })
      expect(await routes.list()).toEqual([])
      expect(await routes.put([posted, any], noon)).toEqual({ stored: 2, ignored: 0 })
      expect(await routes.put([odd], '2026-11-20T12:00:01.000Z')).toEqual({ stored: 1, ignored: 0 })
      expect(await routes.put([], noon)).toEqual({ stored: 0, ignored: 0 })
      expect(await routes.list()).toEqual([
        { ...odd, firstSeenAt: '2026-11-20T12:00:01.000Z', lastSeenAt: '2026-11-20T12:00:01.000Z' },
        { ...any, firstSeenAt: noon, lastSeenAt: noon },
        { ...posted, firstSeenAt: noon, lastSeenAt: noon },
      ])
    })

    test('are rewritten only after an hour or with another action', async () => {
      const { routes } = subject().store
      const [kept, changed] = [createRoute('/kept'), createRoute('/changed')]
      await routes.put([kept, changed], noon)
      const versions = await readVersions()
      expect(await routes.put([kept, changed], '2026-11-20T13:00:00.123Z')).toEqual({ stored: 2, ignored: 0 })
      expect(await readVersions()).toEqual(versions)

      const renamed = { ...changed, action: 'thing.changed' }
      await routes.put([kept, renamed], '2026-11-20T12:30:00.000Z')
      expect(await routes.list()).toEqual([
        { ...renamed, firstSeenAt: noon, lastSeenAt: '2026-11-20T12:30:00.000Z' },
        { ...kept, firstSeenAt: noon, lastSeenAt: noon },
      ])
      expect((await readVersions())[1]).toBe(versions[1])

      await routes.put([kept, changed], '2026-11-20T13:00:00.124Z')
      expect(await routes.list()).toEqual([
        { ...changed, firstSeenAt: noon, lastSeenAt: '2026-11-20T13:00:00.124Z' },
        { ...kept, firstSeenAt: noon, lastSeenAt: '2026-11-20T13:00:00.124Z' },
      ])
    })

    test('never get an earlier time', async () => {
      const { routes } = subject().store
      await routes.put([createRoute('/late')], noon)
      await routes.put([createRoute('/late', { action: 'thing.viewed' })], '2026-11-20T09:00:00.000Z')
      expect(await routes.list()).toEqual([
        { ...createRoute('/late', { action: 'thing.viewed' }), firstSeenAt: noon, lastSeenAt: noon },
      ])
    })

    test('may be as long as the limits', async () => {
      const { routes } = subject().store
      // Random, because a database compresses what repeats.
      const path = `/é${Array.from({ length: 2_045 }, () => Math.floor(Math.random() * 36).toString(36)).join('')}`
      const longest = createRoute(path, { method: 'M'.repeat(128), action: `a.${'b'.repeat(126)}` })
      expect(Buffer.byteLength(path)).toBe(2_048)
      await routes.put([longest], noon)
      expect(await routes.list()).toEqual([{ ...longest, firstSeenAt: noon, lastSeenAt: noon }])
    })

    test('are limited in number: known ones are updated, and further new ones are ignored', async () => {
      const { routes } = subject().store
      const many = createRoutes(MAX_ROUTES - 2, 'many')
      await routes.put(many, noon)
      const known = createRoute('/many/7', { action: 'thing.viewed' })
      const given = [...createRoutes(3, 'more'), known]
      expect(await routes.put(given, noon)).toEqual({ stored: 3, ignored: 1 })
      expect(await routes.put([createRoute('/last'), known], noon)).toEqual({ stored: 1, ignored: 1 })
      const stored = await routes.list()
      expect(stored).toHaveLength(MAX_ROUTES)
      const paths = new Set(stored.map(({ path }) => path))
      expect(['/more/0', '/more/1', '/more/2', '/last'].map((path) => paths.has(path))).toEqual([
        true,
        true,
        false,
        false,
      ])
      expect(stored.find(({ path }) => path === known.path)?.action).toBe('thing.viewed')
    })
  })
}
