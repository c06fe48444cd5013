import { initTRPC, type TRPCSubscriptionProcedure, tracked } from '@trpc/server'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { type TRPC_ERROR_CODE_KEY, TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import type { ErrorCode, StoredEvent } from '@whodid/core'
import type { z } from 'zod'
import { toProblem } from '../errors.ts'
import { readTextParts } from '../export/file.ts'
import * as verbs from '../operations/index.ts'
import type { Session, Operation } from '../operations/operation.ts'
import type { EventStream } from '../read/follow.ts'
import { PRIVATE_HEADERS, UNAUTHENTICATED_HEADERS } from './response.ts'
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
    const problem = toProblem(error)
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
function createProcedure(operation: Pick<Operation, 'requires' | 'responseType'>) {
  return t.procedure.use(({ ctx, next }) => {
    ctx.session.admit(operation)
    return next()
  })
}

/** Named in full, since tRPC has no public name for what it makes of a tracked event. */
type FollowProcedure = TRPCSubscriptionProcedure<{
  input: z.input<typeof verbs.follow.input>
  output: AsyncIterable<{ id: string; data: StoredEvent }, void, unknown>
  meta: object
}>

async function* trackEvents(events: EventStream) {
  for await (const { id, event } of events) yield tracked(id, event)
}

const follow: FollowProcedure = createProcedure(verbs.follow)
  .input(verbs.follow.input)
  .subscription(async ({ ctx, input }) => trackEvents(await verbs.follow.run(ctx.session, input)))

/** One procedure a verb. Its errors carry whodid's own code in `data.whodid`. */
export const router = t.router({
  append: createProcedure(verbs.append)
    .input(verbs.append.input)
    .mutation(({ ctx, input }) => verbs.append.run(ctx.session, input)),
  list: createProcedure(verbs.list)
    .input(verbs.list.input)
    .query(({ ctx, input }) => verbs.list.run(ctx.session, input)),
  get: createProcedure(verbs.get)
    .input(verbs.get.input)
    .query(({ ctx, input }) => verbs.get.run(ctx.session, input)),
  history: createProcedure(verbs.history)
    .input(verbs.history.input)
    .query(({ ctx, input }) => verbs.history.run(ctx.session, input)),
  userActivity: createProcedure(verbs.userActivity)
    .input(verbs.userActivity.input)
    .query(({ ctx, input }) => verbs.userActivity.run(ctx.session, input)),
  catalog: createProcedure(verbs.catalog)
    .input(verbs.catalog.input)
    .query(({ ctx, input }) => verbs.catalog.run(ctx.session, input)),
  viewer: createProcedure(verbs.viewer)
    .input(verbs.viewer.input)
    .query(({ ctx, input }) => verbs.viewer.run(ctx.session, input)),
  facets: createProcedure(verbs.facets)
    .input(verbs.facets.input)
    .query(({ ctx, input }) => verbs.facets.run(ctx.session, input)),
  inbox: t.router({
    count: createProcedure(verbs.inboxCount)
      .input(verbs.inboxCount.input)
      .query(({ ctx, input }) => verbs.inboxCount.run(ctx.session, input)),
    seen: createProcedure(verbs.inboxSeen)
      .input(verbs.inboxSeen.input)
      .mutation(({ ctx, input }) => verbs.inboxSeen.run(ctx.session, input)),
    unseen: createProcedure(verbs.inboxUnseen)
      .input(verbs.inboxUnseen.input)
      .mutation(({ ctx, input }) => verbs.inboxUnseen.run(ctx.session, input)),
    archive: createProcedure(verbs.inboxArchive)
      .input(verbs.inboxArchive.input)
      .mutation(({ ctx, input }) => verbs.inboxArchive.run(ctx.session, input)),
    unarchive: createProcedure(verbs.inboxUnarchive)
      .input(verbs.inboxUnarchive.input)
      .mutation(({ ctx, input }) => verbs.inboxUnarchive.run(ctx.session, input)),
  }),
  export: createProcedure(verbs.exportEvents)
    // tRPC carries text, and no ZIP.
    .input(verbs.exportEvents.input.omit({ preset: true }))
    .query(async ({ ctx, input }) => readTextParts(await verbs.exportEvents.run(ctx.session, input))),
  follow,
  keys: t.router({
    list: createProcedure(verbs.listKeys)
      .input(verbs.listKeys.input)
      .query(({ ctx, input }) => verbs.listKeys.run(ctx.session, input)),
    create: createProcedure(verbs.createKey)
      .input(verbs.createKey.input)
      .mutation(({ ctx, input }) => verbs.createKey.run(ctx.session, input)),
    revoke: createProcedure(verbs.revokeKey)
      .input(verbs.revokeKey.input)
      .mutation(({ ctx, input }) => verbs.revokeKey.run(ctx.session, input)),
  }),
  viewerTokens: t.router({
    revoke: createProcedure(verbs.revokeTokens)
      .input(verbs.revokeTokens.input)
      .mutation(({ ctx, input }) => verbs.revokeTokens.run(ctx.session, input)),
  }),
  stats: createProcedure(verbs.stats)
    .input(verbs.stats.input)
    .query(({ ctx, input }) => verbs.stats.run(ctx.session, input)),
  retention: t.router({
    get: createProcedure(verbs.getRetention)
      .input(verbs.getRetention.input)
      .query(({ ctx, input }) => verbs.getRetention.run(ctx.session, input)),
    set: createProcedure(verbs.setRetention)
      .input(verbs.setRetention.input)
      .mutation(({ ctx, input }) => verbs.setRetention.run(ctx.session, input)),
    preview: createProcedure(verbs.previewRetention)
      .input(verbs.previewRetention.input)
      .mutation(({ ctx, input }) => verbs.previewRetention.run(ctx.session, input)),
  }),
  people: t.router({
    export: createProcedure(verbs.exportPerson)
      .input(verbs.exportPerson.input)
      .query(async ({ ctx, input }) => readTextParts(await verbs.exportPerson.run(ctx.session, input))),
    erase: createProcedure(verbs.erasePerson)
      .input(verbs.erasePerson.input)
      .mutation(({ ctx, input }) => verbs.erasePerson.run(ctx.session, input)),
  }),
  health: createProcedure(verbs.health)
    .input(verbs.health.input)
    .query(({ ctx, input }) => verbs.health.run(ctx.session, input)),
})

/** The type of the tRPC router, for clients. */
export type AppRouter = typeof router

/** tRPC sends what it refuses before it reads an input as if it were plain text. */
function fixContentType(response: Response): Response {
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
  return fixContentType(
    await fetchRequestHandler({
      req: request,
      endpoint,
      router,
      createContext: () => ({ session: open() }),
      maxBatchSize: MAX_BATCH,
      onError: ({ error }) => report(error),
      responseMeta: ({ errors }) => ({
        headers: {
          ...PRIVATE_HEADERS,
          ...(errors.some((error) => toProblem(error).code === 'unauthenticated') && UNAUTHENTICATED_HEADERS),
        },
      }),
    }),
  )
}
