import { useCallback, useMemo, useState } from 'react'

/** The selected rows of a list. */
export interface Selection {
  readonly ids: readonly string[]
  readonly size: number
  has(id: string): boolean
  /** Selects or deselects a row. With `range`, selects all rows since the last one toggled. */
  toggle(id: string, options?: { readonly range?: boolean }): void
  set(ids: readonly string[]): void
  clear(): void
}

/** Tracks the selected rows. Rows that leave the list are deselected. */
export function useSelection(rows: readonly { readonly id: string }[]): Selection {
  const [selected, setSelected] = useState<ReadonlySet<string>>(() => new Set())
  const [anchor, setAnchor] = useState<string | null>(null)

  const ids = useMemo(() => rows.filter(({ id }) => selected.has(id)).map(({ id }) => id), [rows, selected])
  const clear = useCallback(() => setSelected((before) => (before.size === 0 ? before : new Set())), [])

  return {
    ids,
    size: ids.length,
    has: (id) => selected.has(id),
    toggle(id, { range = false } = {}) {
      const next = new Set(ids)
      const index = rows.findIndex((row) => row.id === id)
      const from = range ? rows.findIndex((row) => row.id === anchor) : -1
      if (from >= 0 && index >= 0) {
        for (const row of rows.slice(Math.min(from, index), Math.max(from, index) + 1)) next.add(row.id)
      } else if (!next.delete(id)) {
        next.add(id)
      }
      setAnchor(id)
      setSelected(next)
    },
    set: (next) => setSelected(new Set(next)),
    clear,
  }
}
