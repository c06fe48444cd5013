import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from './api.ts'
import { useToast } from './ui/toast.tsx'

/** Fetches a path of the API. The path is the query key. */
export function useData<T>(path: string, options: { refetchMs?: number } = {}) {
  return useQuery({
    queryKey: [path],
    queryFn: () => api.get<T>(path),
    ...(options.refetchMs && { refetchInterval: options.refetchMs }),
  })
}

/** Fetches a list. Undefined while it loads. */
export function useItems<T>(path: string, options: { refetchMs?: number } = {}): readonly T[] | undefined {
  return useData<{ items: readonly T[] }>(path, options).data?.items
}

/**
 * Runs an action, shows `message` when it succeeds, and refetches all queries except those under `deletedPath`.
 * Rethrows errors, so a form can show them.
 */
export function useAction() {
  const queries = useQueryClient()
  const toast = useToast()

  async function run<T>(action: () => Promise<T>, message?: string, deletedPath?: string): Promise<T> {
    try {
      const result = await action()
      if (message) toast(message)
      return result
    } finally {
      await queries.invalidateQueries({
        predicate: ({ queryKey: [path] }) => path !== 'me' && !(deletedPath && String(path).startsWith(deletedPath)),
      })
    }
  }

  /** Returns a click handler that runs an action and shows errors in a toast. */
  function click<T>(action: () => Promise<T>, done?: string): () => void {
    return () => {
      run(action, done).catch((error: unknown) =>
        toast(error instanceof Error ? error.message : 'Something went wrong.', 'bad'),
      )
    }
  }

  return { run, click }
}
