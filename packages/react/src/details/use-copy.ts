import { useCallback, useState } from 'react'

/** Result of the last copy. `ok` is false if the clipboard is unavailable. */
export type CopyState = { readonly target: string; readonly ok: boolean } | null

/** Returns a function that copies text to the clipboard, and the result of the last copy. */
export function useCopy() {
  const [state, setState] = useState<CopyState>(null)
  const copy = useCallback(async (target: string, text: string): Promise<boolean> => {
    let ok = true
    try {
      await navigator.clipboard.writeText(text)
    } catch {
      ok = false
    }
    setState({ target: target, ok })
    return ok
  }, [])
  return { state, copy }
}
