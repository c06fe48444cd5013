import type { Filter, StoredEvent } from '@whodid/core'
import { useCallback, useState } from 'react'
import { useActivityContext } from '../provider/context.ts'
import { trpc } from '../provider/trpc.ts'
import { useCatalog } from '../provider/use-service.ts'
import { type InboxMark, isListQuery, markEvents } from './list-cache.ts'

/** An action on events in the viewer's inbox. */
export type InboxAction = 'seen' | 'unseen' | 'archive' | 'unarchive'

/** The last inbox change, to show and to undo. */
export interface InboxChange {
  readonly action: InboxAction
  readonly count: number
  /** False when the service rejected the change. Nothing is changed then. */
  readonly succeeded: boolean
  /** Undoes the change. Absent when it applied to a filter and not to named events. */
  readonly undo?: (() => void) | undefined
}

const MARKS: { readonly [action in InboxAction]: InboxMark } = {
  seen: { seen: true },
  unseen: { seen: false },
  archive: { archived: true },
  unarchive: { archived: false },
}

/** Maximum ids the service accepts per call. */
const MAX_IDS_PER_CALL = 1_000

type InboxTarget = { readonly ids: string[] } | { readonly all: true; readonly filter: Filter }

const UNDO_ACTIONS = { seen: 'unseen', unseen: 'seen', archive: 'unarchive', unarchive: 'archive' } as const

/** Returns the viewer's unread count and functions to change the inbox. Changes are optimistic, and reverted on error. */
export function useInbox() {
  const { queryClient, tenant } = useActivityContext()
  const { catalog } = useCatalog()
  const utils = trpc.useUtils()
  const count = trpc.inbox.count.useQuery(tenant === undefined ? undefined : { tenant })
  const [lastChange, setLastChange] = useState<InboxChange | null>(null)

  const mutations = {
    seen: trpc.inbox.seen.useMutation().mutateAsync,
    unseen: trpc.inbox.unseen.useMutation().mutateAsync,
    archive: trpc.inbox.archive.useMutation().mutateAsync,
    unarchive: trpc.inbox.unarchive.useMutation().mutateAsync,
  }

  const refreshLists = async (action: InboxAction, succeeded: boolean) => {
    // Marks are in the cache already. Events that enter a list are not, so active lists are refetched.
    const isCached = succeeded && MARKS[action].archived === undefined
    await queryClient.invalidateQueries({
      predicate: (query) => isListQuery(query.queryKey),
      refetchType: isCached ? 'inactive' : 'all',
    })
    await utils.inbox.count.invalidate()
  }

  const createMatcher = async (filter: Filter) => {
    const { matchesFilter } = await import('../filter/matches-filter.ts')
    return (event: StoredEvent) => matchesFilter(filter, event, catalog)
  }

  const send = async (action: InboxAction, target: InboxTarget): Promise<number> => {
    const tenantInput = tenant === undefined ? {} : { tenant }
    if (!('ids' in target)) return (await mutations[action]({ ...target, ...tenantInput })).changed
    let changed = 0
    for (let start = 0; start < target.ids.length; start += MAX_IDS_PER_CALL) {
      changed += (await mutations[action]({ ids: target.ids.slice(start, start + MAX_IDS_PER_CALL), ...tenantInput }))
        .changed
    }
    return changed
  }

  const change = async (action: InboxAction, target: InboxTarget, announce: boolean): Promise<boolean> => {
    const isTarget =
      'ids' in target ? ({ id }: StoredEvent) => target.ids.includes(id) : await createMatcher(target.filter)
    // A request in flight would restore the previous state.
    await queryClient.cancelQueries({ predicate: (query) => isListQuery(query.queryKey) })
    markEvents(queryClient, isTarget, MARKS[action])
    try {
      const changed = await send(action, target)
      if (announce) {
        const undo = 'ids' in target ? () => void change(UNDO_ACTIONS[action], target, false) : undefined
        setLastChange({ action, count: 'ids' in target ? target.ids.length : changed, succeeded: true, undo })
      } else {
        setLastChange(null)
      }
      await refreshLists(action, true)
      return true
    } catch {
      setLastChange({ action, count: 0, succeeded: false })
      await refreshLists(action, false)
      return false
    }
  }

  return {
    /** Number of unread events. `exact` is false above the counting limit. */
    unread: count.data === undefined ? undefined : { value: count.data.unread, exact: count.data.exact },
    lastChange,
    dismissChange: useCallback(() => setLastChange(null), []),
    /** Applies an action to the given events. `silent` leaves `lastChange` unset. */
    mark: (action: InboxAction, ids: readonly string[], options: { readonly silent?: boolean } = {}) =>
      ids.length === 0 ? Promise.resolve(true) : change(action, { ids: [...ids] }, !options.silent),
    /** Applies an action to all events that match the filter. */
    markAll: (action: InboxAction, filter: Filter) => change(action, { all: true, filter }, true),
  }
}
