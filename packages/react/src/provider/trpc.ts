import type { QueryClient } from '@tanstack/react-query'
import { httpBatchLink } from '@trpc/client'
import { createTRPCReact } from '@trpc/react-query'
import type { AppRouter } from '@whodid/server'
import { createContext } from 'react'

/**
 * tRPC's hooks over a context of their own, so that a host's tRPC and its QueryClient are neither used nor disturbed.
 * Requests of a component that has gone are aborted.
 */
export const trpc = createTRPCReact<AppRouter>({ context: createContext(null), abortOnUnmount: true })

/** A `fetch`, as the host may give one. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** Headers for each request, or a function that gives them, which may ask for a fresh token. */
export type RequestHeaders = Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>)

/** Sends a request with the host's fetch and headers. */
export type Send = (url: string | URL, init?: RequestInit) => Promise<Response>

/** Makes the one way in which the kit reaches the service. Both are read at each request, so that they may change. */
export function createSend(host: () => { fetch: Fetch | undefined; headers: RequestHeaders | undefined }): Send {
  return async (url, init = {}) => {
    const { fetch: own, headers } = host()
    const given = typeof headers === 'function' ? await headers() : headers
    const merged = new Headers(init.headers)
    for (const [name, value] of Object.entries(given ?? {})) merged.set(name, value)
    return (own ?? globalThis.fetch)(url.toString(), { ...init, headers: merged })
  }
}

/** Makes the client of calls, which go in batches. The live stream has one of its own. */
export function createClient(address: string, send: Send) {
  return trpc.createClient({
    links: [
      httpBatchLink({
        url: `${address}/trpc`,
        maxURLLength: 8_000,
        maxItems: 10,
        fetch: (input, init) => send(input instanceof Request ? input.url : input, init as RequestInit),
      }),
    ],
  })
}

/** The kit's queries: kept for a while, tried again once, and never for what will not change by trying. */
export const QUERY_DEFAULTS: NonNullable<ConstructorParameters<typeof QueryClient>[0]> = {
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) => failures < 2 && !isRefusal(error),
      retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 4_000),
    },
  },
}

/** The HTTP status of an error of the service, where there was an answer. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('data' in error)) return undefined
  const { data } = error
  if (typeof data !== 'object' || data === null || !('httpStatus' in data)) return undefined
  return typeof data.httpStatus === 'number' ? data.httpStatus : undefined
}

/** Whether an error will not go away by trying again: it is about what was asked, or by whom. */
export function isRefusal(error: unknown): boolean {
  const status = statusOf(error)
  return status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429
}
