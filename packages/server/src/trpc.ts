import { initTRPC, tracked } from '@trpc/server'
import type { ErrorCode } from '@whodid/core'
import { permit } from './permission.ts'
import { problemOf } from './problem.ts'
import type { Need, Session } from './verb.ts'
import * as verbs from './verbs/index.ts'

const MINUTE = 60_000

const t = initTRPC.context<{ readonly session: Session }>().create({
  isDev: false,
  sse: {
    ping: { enabled: true, intervalMs: 15_000 },
    client: { reconnectAfterInactivityMs: 45_000 },
    // A reader comes back after this and is asked again who it is, so that a revoked right ends.
    maxDurationMs: 10 * MINUTE,
  },
  errorFormatter: ({ shape, error }) => {
    const problem = problemOf(error)
    const whodid: ErrorCode = problem.code
    return { ...shape, message: problem.detail, data: { ...shape.data, httpStatus: problem.status, whodid } }
  },
})

/** A procedure for those who have what a verb needs, asked before its input is looked at. */
const guarded = (verb: { readonly needs: Need }) =>
  t.procedure.use(({ ctx, next }) => {
    permit(ctx.session.viewer, verb.needs)
    return next()
  })

/** One procedure a verb. Its errors carry whodid's own code in `data.whodid`. */
export const router = t.router({
  append: guarded(verbs.append)
    .input(verbs.append.input)
    .mutation(({ ctx, input }) => verbs.append.run(ctx.session, input)),
  list: guarded(verbs.list)
    .input(verbs.list.input)
    .query(({ ctx, input }) => verbs.list.run(ctx.session, input)),
  get: guarded(verbs.get)
    .input(verbs.get.input)
    .query(({ ctx, input }) => verbs.get.run(ctx.session, input)),
  history: guarded(verbs.history)
    .input(verbs.history.input)
    .query(({ ctx, input }) => verbs.history.run(ctx.session, input)),
  userActivity: guarded(verbs.userActivity)
    .input(verbs.userActivity.input)
    .query(({ ctx, input }) => verbs.userActivity.run(ctx.session, input)),
  catalog: guarded(verbs.catalog)
    .input(verbs.catalog.input)
    .query(({ ctx, input }) => verbs.catalog.run(ctx.session, input)),
  viewer: guarded(verbs.viewer)
    .input(verbs.viewer.input)
    .query(({ ctx, input }) => verbs.viewer.run(ctx.session, input)),
  facets: guarded(verbs.facets)
    .input(verbs.facets.input)
    .query(({ ctx, input }) => verbs.facets.run(ctx.session, input)),
  inbox: t.router({
    count: guarded(verbs.inboxCount)
      .input(verbs.inboxCount.input)
      .query(({ ctx, input }) => verbs.inboxCount.run(ctx.session, input)),
    seen: guarded(verbs.inboxSeen)
      .input(verbs.inboxSeen.input)
      .mutation(({ ctx, input }) => verbs.inboxSeen.run(ctx.session, input)),
    unseen: guarded(verbs.inboxUnseen)
      .input(verbs.inboxUnseen.input)
      .mutation(({ ctx, input }) => verbs.inboxUnseen.run(ctx.session, input)),
    archive: guarded(verbs.inboxArchive)
      .input(verbs.inboxArchive.input)
      .mutation(({ ctx, input }) => verbs.inboxArchive.run(ctx.session, input)),
    unarchive: guarded(verbs.inboxUnarchive)
      .input(verbs.inboxUnarchive.input)
      .mutation(({ ctx, input }) => verbs.inboxUnarchive.run(ctx.session, input)),
  }),
  export: guarded(verbs.exportEvents)
    .input(verbs.exportEvents.input)
    .query(({ ctx, input }) => verbs.exportEvents.run(ctx.session, input)),
  follow: guarded(verbs.follow)
    .input(verbs.follow.input)
    .subscription(async function* ({ ctx, input }) {
      for await (const event of verbs.follow.run(ctx.session, input)) yield tracked(String(event.seq), event)
    }),
  health: guarded(verbs.health)
    .input(verbs.health.input)
    .query(({ ctx, input }) => verbs.health.run(ctx.session, input)),
})

/** The type of the tRPC router, for clients. */
export type AppRouter = typeof router
