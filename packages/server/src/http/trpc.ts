import { initTRPC, type TRPCSubscriptionProcedure, tracked } from '@trpc/server'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { type TRPC_ERROR_CODE_KEY, TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import type { ErrorCode, StoredEvent } from '@whodid/core'
import type { z } from 'zod'
import { toProblem } from '../errors.ts'
import { readTextParts } from '../export/file.ts'
import * as operations from '../operations/index.ts'
import type { Operation, Session } from '../operations/operation.ts'
import type { EventStream } from '../read/follow.ts'
import { PRIVATE_HEADERS, UNAUTHENTICATED_HEADERS } from './response.ts'
import { MAX_STREAM_MS } from './stream.ts'

const PING_MS = 15_000
const MAX_BATCH = 10

/** The tRPC code of each HTTP status. */
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
  // The service may run in a browser, for example in a Storybook page.
  allowOutsideOfServer: true,
  sse: {
    ping: { enabled: true, intervalMs: PING_MS },
    client: { reconnectAfterInactivityMs: 3 * PING_MS },
    maxDurationMs: MAX_STREAM_MS,
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

/** Creates a procedure that checks the caller's permission before it parses the input. */
function createProcedure(operation: Pick<Operation, 'requires' | 'responseType'>) {
  return t.procedure.use(({ ctx, next }) => {
    ctx.session.admit(operation)
    return next()
  })
}

// Written out because tRPC does not export the type of a tracked event.
type FollowProcedure = TRPCSubscriptionProcedure<{
  input: z.input<typeof operations.follow.input>
  output: AsyncIterable<{ id: string; data: StoredEvent }>
  meta: object
}>

async function* trackEvents(events: EventStream) {
  for await (const { id, event } of events) yield tracked(id, event)
}

const follow: FollowProcedure = createProcedure(operations.follow)
  .input(operations.follow.input)
  .subscription(async ({ ctx, input }) => trackEvents(await operations.follow.run(ctx.session, input)))

/** The tRPC router, with one procedure per operation. Errors have their whodid code in `data.whodid`. */
export const router = t.router({
  append: createProcedure(operations.append)
    .input(operations.append.input)
    .mutation(({ ctx, input }) => operations.append.run(ctx.session, input)),
  list: createProcedure(operations.list)
    .input(operations.list.input)
    .query(({ ctx, input }) => operations.list.run(ctx.session, input)),
  get: createProcedure(operations.get)
    .input(operations.get.input)
    .query(({ ctx, input }) => operations.get.run(ctx.session, input)),
  history: createProcedure(operations.history)
    .input(operations.history.input)
    .query(({ ctx, input }) => operations.history.run(ctx.session, input)),
  userActivity: createProcedure(operations.userActivity)
    .input(operations.userActivity.input)
    .query(({ ctx, input }) => operations.userActivity.run(ctx.session, input)),
  catalog: createProcedure(operations.catalog)
    .input(operations.catalog.input)
    .query(({ ctx, input }) => operations.catalog.run(ctx.session, input)),
  viewer: createProcedure(operations.viewer)
    .input(operations.viewer.input)
    .query(({ ctx, input }) => operations.viewer.run(ctx.session, input)),
  facets: createProcedure(operations.facets)
    .input(operations.facets.input)
    .query(({ ctx, input }) => operations.facets.run(ctx.session, input)),
  inbox: t.router({
    count: createProcedure(operations.inboxCount)
      .input(operations.inboxCount.input)
      .query(({ ctx, input }) => operations.inboxCount.run(ctx.session, input)),
    seen: createProcedure(operations.inboxSeen)
      .input(operations.inboxSeen.input)
      .mutation(({ ctx, input }) => operations.inboxSeen.run(ctx.session, input)),
    unseen: createProcedure(operations.inboxUnseen)
      .input(operations.inboxUnseen.input)
      .mutation(({ ctx, input }) => operations.inboxUnseen.run(ctx.session, input)),
    archive: createProcedure(operations.inboxArchive)
      .input(operations.inboxArchive.input)
      .mutation(({ ctx, input }) => operations.inboxArchive.run(ctx.session, input)),
    unarchive: createProcedure(operations.inboxUnarchive)
      .input(operations.inboxUnarchive.input)
      .mutation(({ ctx, input }) => operations.inboxUnarchive.run(ctx.session, input)),
  }),
  export: createProcedure(operations.exportEvents)
    // tRPC streams text only, so the ZIP of `preset` is not available.
    .input(operations.exportEvents.input.omit({ preset: true }))
    .query(async ({ ctx, input }) => readTextParts(await operations.exportEvents.run(ctx.session, input))),
  follow,
  routes: t.router({
    report: createProcedure(operations.reportRoutes)
      .input(operations.reportRoutes.input)
      .mutation(({ ctx, input }) => operations.reportRoutes.run(ctx.session, input)),
  }),
  keys: t.router({
    list: createProcedure(operations.listKeys)
      .input(operations.listKeys.input)
      .query(({ ctx, input }) => operations.listKeys.run(ctx.session, input)),
    create: createProcedure(operations.createKey)
      .input(operations.createKey.input)
      .mutation(({ ctx, input }) => operations.createKey.run(ctx.session, input)),
    revoke: createProcedure(operations.revokeKey)
      .input(operations.revokeKey.input)
      .mutation(({ ctx, input }) => operations.revokeKey.run(ctx.session, input)),
  }),
  viewerTokens: t.router({
    revoke: createProcedure(operations.revokeTokens)
      .input(operations.revokeTokens.input)
      .mutation(({ ctx, input }) => operations.revokeTokens.run(ctx.session, input)),
  }),
  stats: createProcedure(operations.stats)
    .input(operations.stats.input)
    .query(({ ctx, input }) => operations.stats.run(ctx.session, input)),
  retention: t.router({
    get: createProcedure(operations.getRetention)
      .input(operations.getRetention.input)
      .query(({ ctx, input }) => operations.getRetention.run(ctx.session, input)),
    set: createProcedure(operations.setRetention)
      .input(operations.setRetention.input)
      .mutation(({ ctx, input }) => operations.setRetention.run(ctx.session, input)),
    preview: createProcedure(operations.previewRetention)
      .input(operations.previewRetention.input)
      .mutation(({ ctx, input }) => operations.previewRetention.run(ctx.session, input)),
  }),
  people: t.router({
    export: createProcedure(operations.exportPerson)
      .input(operations.exportPerson.input)
      .query(async ({ ctx, input }) => readTextParts(await operations.exportPerson.run(ctx.session, input))),
    erase: createProcedure(operations.erasePerson)
      .input(operations.erasePerson.input)
      .mutation(({ ctx, input }) => operations.erasePerson.run(ctx.session, input)),
  }),
  health: createProcedure(operations.health)
    .input(operations.health.input)
    .query(({ ctx, input }) => operations.health.run(ctx.session, input)),
})

/** The type of the tRPC router, for clients. */
export type AppRouter = typeof router

/** Fixes the content type of errors that tRPC sends before it parses the input: it labels their JSON as plain text. */
function fixContentType(response: Response): Response {
  if (response.headers.get('content-type')?.startsWith('text/plain')) {
    response.headers.set('content-type', 'application/json')
  }
  return response
}

/** Handles a tRPC request below `endpoint`. An error that `openSession` throws fails every call of the batch. */
export async function handleTrpc(
  request: Request,
  endpoint: string,
  openSession: () => Session,
  report: (error: unknown) => void,
): Promise<Response> {
  return fixContentType(
    await fetchRequestHandler({
      req: request,
      endpoint,
      router,
      createContext: () => ({ session: openSession() }),
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
