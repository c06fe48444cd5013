import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from './api.ts'
import { useToast } from './ui/toast.tsx'

/** What a path of the API answers. Keyed by the path, so that an action can name what it made stale. */
export function useData<T>(path: string, options: { refetchMs?: number } = {}) {
  return useQuery({
    queryKey: [path],
    queryFn: () => api.get<T>(path),
    ...(options.refetchMs && { refetchInterval: options.refetchMs }),
  })
}

/** The items of a list that a path answers. */
export function useItems<T>(path: string, options: { refetchMs?: number } = {}): readonly T[] | undefined {
  return useData<{ items: readonly T[] }>(path, options).data?.items
}

/**
 * Runs an action, reloads what it changed and says that it is done. A failure is thrown on, so a form can show it. What
 * lies under the path `gone` is not asked for again.
 */
export function useAction() {
  const queries = useQueryClient()
  const toast = useToast()

  async function run<T>(action: () => Promise<T>, done?: string, gone?: string): Promise<T> {
    try {
      const result = await action()
      if (done) toast(done)
      return result
    } finally {
      await queries.invalidateQueries({
        predicate: ({ queryKey: [path] }) => path !== 'me' && !(gone && String(path).startsWith(gone)),
      })
    }
  }

  /** The same for a button, which has no place of its own for a failure. */
  function click<T>(action: () => Promise<T>, done?: string): () => void {
    return () => {
      run(action, done).catch((error: unknown) =>
        toast(error instanceof Error ? error.message : 'Something went wrong.', 'bad'),
      )
    }
  }

  return { run, click }
}
