import { initTRPC, type TRPCSubscriptionProcedure, tracked } from '@trpc/server'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { type TRPC_ERROR_CODE_KEY, TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import type { ErrorCode, StoredEvent } from '@whodid/core'
import type { z } from 'zod'
import { problemOf } from '../errors.ts'
import { textsOf } from '../export/file.ts'
import * as verbs from '../operations/index.ts'
import type { Session, Verb } from '../operations/operation.ts'
import type { Following } from '../read/follow.ts'
import { PRIVATE, unauthenticated } from './response.ts'
import { LIFETIME_MS } from './sse.ts'

const PING_MS = 15_000
const MAX_BATCH = 10

/** tRPC's own name for what a status of ours says. */
const TRPC_CODES: { readonly [status: number]: TRPC_ERROR_CODE_KEY } = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_SUPPORTED',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  422: 'UNPROCESSABLE_CONTENT',
  429: 'TOO_MANY_REQUESTS',
  503: 'SERVICE_UNAVAILABLE',
}

const t = initTRPC.context<{ readonly session: Session }>().create({
  isDev: false,
  // The service is a fetch handler and runs wherever one does: in the page of a Storybook, say.
  allowOutsideOfServer: true,
  sse: {
    ping: { enabled: true, intervalMs: PING_MS },
    client: { reconnectAfterInactivityMs: 3 * PING_MS },
    maxDurationMs: LIFETIME_MS,
  },
  errorFormatter: ({ shape, error }) => {
    const problem = problemOf(error)
    const code = TRPC_CODES[problem.status] ?? 'INTERNAL_SERVER_ERROR'
    const whodid: ErrorCode = problem.code
    return {
      code: TRPC_ERROR_CODES_BY_KEY[code],
      message: problem.detail,
      data: { ...shape.data, code, httpStatus: problem.status, whodid, ...(problem.at && { at: problem.at }) },
    }
  },
})

/** A procedure for those who have what a verb needs, asked before its input is looked at. */
function guarded(verb: Pick<Verb, 'needs' | 'answers'>) {
  return t.procedure.use(({ ctx, next }) => {
    ctx.session.admit(verb)
    return next()
  })
}

/** Named in full, since tRPC has no public name for what it makes of a tracked event. */
type Follow = TRPCSubscriptionProcedure<{
  input: z.input<typeof verbs.follow.input>
  output: AsyncIterable<{ id: string; data: StoredEvent }, void, unknown>
  meta: object
}>

async function* trackedById(events: Following) {
  for await (const { id, event } of events) yield tracked(id, event)
}

const follow: Follow = guarded(verbs.follow)
  .input(verbs.follow.input)
  .subscription(async ({ ctx, input }) => trackedById(await verbs.follow.run(ctx.session, input)))

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
    // tRPC carries text, and no ZIP.
    .input(verbs.exportEvents.input.omit({ preset: true }))
    .query(async ({ ctx, input }) => textsOf(await verbs.exportEvents.run(ctx.session, input))),
  follow,
  keys: t.router({
    list: guarded(verbs.listKeys)
      .input(verbs.listKeys.input)
      .query(({ ctx, input }) => verbs.listKeys.run(ctx.session, input)),
    create: guarded(verbs.createKey)
      .input(verbs.createKey.input)
      .mutation(({ ctx, input }) => verbs.createKey.run(ctx.session, input)),
    revoke: guarded(verbs.revokeKey)
      .input(verbs.revokeKey.input)
      .mutation(({ ctx, input }) => verbs.revokeKey.run(ctx.session, input)),
  }),
  viewerTokens: t.router({
    revoke: guarded(verbs.revokeTokens)
      .input(verbs.revokeTokens.input)
      .mutation(({ ctx, input }) => verbs.revokeTokens.run(ctx.session, input)),
  }),
  stats: guarded(verbs.stats)
    .input(verbs.stats.input)
    .query(({ ctx, input }) => verbs.stats.run(ctx.session, input)),
  retention: t.router({
    get: guarded(verbs.getRetention)
      .input(verbs.getRetention.input)
      .query(({ ctx, input }) => verbs.getRetention.run(ctx.session, input)),
    set: guarded(verbs.setRetention)
      .input(verbs.setRetention.input)
      .mutation(({ ctx, input }) => verbs.setRetention.run(ctx.session, input)),
    preview: guarded(verbs.previewRetention)
      .input(verbs.previewRetention.input)
      .mutation(({ ctx, input }) => verbs.previewRetention.run(ctx.session, input)),
  }),
  people: t.router({
    export: guarded(verbs.exportPerson)
      .input(verbs.exportPerson.input)
      .query(async ({ ctx, input }) => textsOf(await verbs.exportPerson.run(ctx.session, input))),
    erase: guarded(verbs.erasePerson)
      .input(verbs.erasePerson.input)
      .mutation(({ ctx, input }) => verbs.erasePerson.run(ctx.session, input)),
  }),
  health: guarded(verbs.health)
    .input(verbs.health.input)
    .query(({ ctx, input }) => verbs.health.run(ctx.session, input)),
})

/** The type of the tRPC router, for clients. */
export type AppRouter = typeof router

/** tRPC sends what it refuses before it reads an input as if it were plain text. */
function asJson(response: Response): Response {
  if (response.headers.get('content-type')?.startsWith('text/plain')) {
    response.headers.set('content-type', 'application/json')
  }
  return response
}

/** Answers one tRPC request below `endpoint`. What `open` throws refuses every call of it. */
export async function handleTrpc(
  request: Request,
  endpoint: string,
  open: () => Session,
  report: (error: unknown) => void,
): Promise<Response> {
  return asJson(
    await fetchRequestHandler({
      req: request,
      endpoint,
      router,
      createContext: () => ({ session: open() }),
      maxBatchSize: MAX_BATCH,
      onError: ({ error }) => report(error),
      responseMeta: ({ errors }) => ({
        headers: {
          ...PRIVATE,
          ...(errors.some((error) => problemOf(error).code === 'unauthenticated') && unauthenticated),
        },
      }),
    }),
  )
}
