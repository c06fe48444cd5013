import { useCallback, useState } from 'react'

/** What came of the last copy: what was copied, or that the clipboard refused. */
export type CopyState = { readonly what: string; readonly ok: boolean } | null

/** Writes text to the clipboard and remembers, for a moment, what came of it. */
export function useCopy() {
  const [state, setState] = useState<CopyState>(null)
  const copy = useCallback(async (what: string, text: string): Promise<boolean> => {
    let ok = true
    try {
      await navigator.clipboard.writeText(text)
    } catch {
      ok = false
    }
    setState({ what, ok })
    return ok
  }, [])
  return { state, copy }
}
