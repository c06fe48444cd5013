import type { QueryClient } from '@tanstack/react-query'
import { httpBatchLink } from '@trpc/client'
import { createTRPCReact } from '@trpc/react-query'
import type { AppRouter } from '@whodid/server'
import { createContext } from 'react'

/**
 * tRPC hooks with a separate context, independent of the host's tRPC and QueryClient. Requests of unmounted components are
 * aborted.
 */
export const trpc = createTRPCReact<AppRouter>({ context: createContext(null), abortOnUnmount: true })

/** A `fetch` function. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** Headers for each request, or a function returning them, for example to refresh a token. */
export type RequestHeaders = Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>)

/** Sends a request with the host's `fetch` and headers. */
export type Send = (url: string | URL, init?: RequestInit) => Promise<Response>

/** Creates the function that sends all requests. The host's `fetch` and headers are read at each request, so they may change. */
export function createSend(host: () => { fetch: Fetch | undefined; headers: RequestHeaders | undefined }): Send {
  return async (url, init = {}) => {
    const { fetch: hostFetch, headers } = host()
    const hostHeaders = typeof headers === 'function' ? await headers() : headers
    const merged = new Headers(init.headers)
    for (const [name, value] of Object.entries(hostHeaders ?? {})) merged.set(name, value)
    return (hostFetch ?? globalThis.fetch)(url.toString(), { ...init, headers: merged })
  }
}

/** Creates the tRPC client, which batches calls. The live stream has its own client. */
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

/** Defaults of the kit's queries. Permanent errors are not retried. */
export const QUERY_DEFAULTS: NonNullable<ConstructorParameters<typeof QueryClient>[0]> = {
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) => failures < 2 && !isPermanentError(error),
      retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 4_000),
    },
  },
}

/** Returns the HTTP status of a service error, or undefined if there was no response. */
export function getHttpStatus(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('data' in error)) return undefined
  const { data } = error
  if (typeof data !== 'object' || data === null || !('httpStatus' in data)) return undefined
  return typeof data.httpStatus === 'number' ? data.httpStatus : undefined
}

/** Checks if retrying cannot help, because the request itself was rejected. */
export function isPermanentError(error: unknown): boolean {
  const status = getHttpStatus(error)
  return status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429
}
