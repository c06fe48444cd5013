import { useCallback, useMemo, useState } from 'react'

/** A choice among the rows of a list. */
export interface Selection {
  readonly ids: readonly string[]
  readonly size: number
  has(id: string): boolean
  /** Chooses a row or leaves it; with `range`, every row since the last one chosen. */
  toggle(id: string, options?: { readonly range?: boolean }): void
  set(ids: readonly string[]): void
  clear(): void
}

/** Keeps which of the rows are selected. Rows that have gone are no longer selected. */
export function useSelection(rows: readonly { readonly id: string }[]): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set())
  const [anchor, setAnchor] = useState<string | null>(null)

  const ids = useMemo(() => rows.filter(({ id }) => chosen.has(id)).map(({ id }) => id), [rows, chosen])
  const clear = useCallback(() => setChosen((before) => (before.size === 0 ? before : new Set())), [])

  return {
    ids,
    size: ids.length,
    has: (id) => chosen.has(id),
    toggle(id, { range = false } = {}) {
      const next = new Set(ids)
      const at = rows.findIndex((row) => row.id === id)
      const from = range ? rows.findIndex((row) => row.id === anchor) : -1
      if (from >= 0 && at >= 0) {
        for (const row of rows.slice(Math.min(from, at), Math.max(from, at) + 1)) next.add(row.id)
      } else if (!next.delete(id)) {
        next.add(id)
      }
      setAnchor(id)
      setChosen(next)
    },
    set: (next) => setChosen(new Set(next)),
    clear,
  }
}
