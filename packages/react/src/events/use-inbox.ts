import type { Filter, StoredEvent } from '@whodid/core/browser'
import { useCallback, useState } from 'react'
import { useActivityContext } from '../provider/context.ts'
import { trpc } from '../provider/trpc.ts'
import { useCatalog } from '../provider/use-service.ts'
import { type InboxMark, isListQuery, markEvents } from './list-cache.ts'

/** What can be done to events in one's inbox. */
export type InboxAction = 'seen' | 'unseen' | 'archive' | 'unarchive'

/** What was done last: to say so, and to take it back. */
export interface InboxChange {
  readonly action: InboxAction
  readonly count: number
  /** False when the service refused; nothing is changed then. */
  readonly done: boolean
  /** Takes it back. Absent when it concerned more than what was named. */
  readonly undo?: (() => void) | undefined
}

const MARKS: { readonly [action in InboxAction]: InboxMark } = {
  seen: { seen: true },
  unseen: { seen: false },
  archive: { archived: true },
  unarchive: { archived: false },
}

/** How many ids the service takes at once. */
const BATCH = 1_000

type Which = { readonly ids: string[] } | { readonly all: true; readonly filter: Filter }

const OPPOSITE = { seen: 'unseen', unseen: 'seen', archive: 'unarchive', unarchive: 'archive' } as const

/**
 * The viewer's inbox: how much is unread, and what can be done to it. Changes show at once in every list; they are taken
 * back when the service refuses them.
 */
export function useInbox() {
  const { queries, tenant } = useActivityContext()
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

  const settle = async (action: InboxAction, done: boolean) => {
    // Marks are drawn already. What enters a list is not: it is read.
    const drawn = done && MARKS[action].archived === undefined
    await queries.invalidateQueries({
      predicate: (query) => isListQuery(query.queryKey),
      refetchType: drawn ? 'inactive' : 'all',
    })
    await utils.inbox.count.invalidate()
  }

  const matching = async (filter: Filter) => {
    const { matchesFilter } = await import('../filter/matches-filter.ts')
    return (event: StoredEvent) => matchesFilter(filter, event, catalog)
  }

  const send = async (action: InboxAction, which: Which): Promise<number> => {
    const to = tenant === undefined ? {} : { tenant }
    if (!('ids' in which)) return (await mutations[action]({ ...which, ...to })).changed
    let changed = 0
    for (let start = 0; start < which.ids.length; start += BATCH) {
      changed += (await mutations[action]({ ids: which.ids.slice(start, start + BATCH), ...to })).changed
    }
    return changed
  }

  const change = async (action: InboxAction, which: Which, announce: boolean): Promise<boolean> => {
    const concerns = 'ids' in which ? ({ id }: StoredEvent) => which.ids.includes(id) : await matching(which.filter)
    // A read on its way would bring back the state before this change.
    await queries.cancelQueries({ predicate: (query) => isListQuery(query.queryKey) })
    markEvents(queries, concerns, MARKS[action])
    try {
      const changed = await send(action, which)
      if (announce) {
        const undo = 'ids' in which ? () => void change(OPPOSITE[action], which, false) : undefined
        setLastChange({ action, count: 'ids' in which ? which.ids.length : changed, done: true, undo })
      } else {
        setLastChange(null)
      }
      await settle(action, true)
      return true
    } catch {
      setLastChange({ action, count: 0, done: false })
      await settle(action, false)
      return false
    }
  }

  return {
    /** How many are unread: exact, or the bound that was passed. */
    unread: count.data === undefined ? undefined : { value: count.data.unread, exact: count.data.exact },
    lastChange,
    dismissChange: useCallback(() => setLastChange(null), []),
    /** Does something to the events named. Quietly, when nothing need be said of it. */
    mark: (action: InboxAction, ids: readonly string[], options: { readonly quietly?: boolean } = {}) =>
      ids.length === 0 ? Promise.resolve(true) : change(action, { ids: [...ids] }, !options.quietly),
    /** Does something to all that match. */
    markAll: (action: InboxAction, filter: Filter) => change(action, { all: true, filter }, true),
  }
}
