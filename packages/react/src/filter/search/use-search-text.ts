import { useEffect, useRef, useState } from 'react'
import type { SearchProblem } from './search-problem.ts'

/** Pause in typing before searching. */
const SEARCH_DELAY_MS = 250
/** Pause before a problem is shown, since a condition is invalid until it is complete. */
const PROBLEM_DELAY_MS = 900
/** Pause before a missing value is shown as a problem. */
const UNFINISHED_DELAY_MS = 4_000
/** Matches text that ends in a field, or between its values. */
const INCOMPLETE_CONDITION = /[:,]$/
/** Matches text that can be invalid: phrases and conditions. The parser is not loaded for plain words. */
const CAN_BE_INVALID = /[":]/

async function loadSearchProblem(text: string): Promise<SearchProblem | null> {
  return CAN_BE_INVALID.test(text) ? (await import('./search-note.tsx')).findSearchProblem(text) : null
}

/**
 * Manages the text of a search box. Searches after a pause in typing or on `submit`, but never while the text is invalid.
 * `problem` describes invalid text.
 */
export function useSearchText(value: string, onSearch: (q: string) => void) {
  const [text, setText] = useState(value)
  const [problem, setProblem] = useState<SearchProblem | null>(null)
  const typed = useRef(value)
  const isUnfinished = useRef(false)
  const searched = useRef(value)
  const search = useRef(onSearch)
  useEffect(() => {
    search.current = onSearch
  })

  const setInput = (next: string) => {
    typed.current = next
    setText(next)
    setProblem(null)
  }
  // Follows changes of the search from elsewhere, but not those made here.
  useEffect(() => {
    if (value === searched.current) return
    searched.current = value
    typed.current = value
    setText(value)
    setProblem(null)
  }, [value])

  const commit = async (next: string, showsProblem: boolean) => {
    const query = next.trim()
    const nextProblem = await loadSearchProblem(query)
    if (typed.current !== next) return
    if (showsProblem) setProblem(nextProblem)
    if (nextProblem || query === searched.current) return
    searched.current = query
    search.current(query)
  }
  const latest = useRef(commit)
  useEffect(() => {
    latest.current = commit
  })
  useEffect(() => {
    if (text.trim() === searched.current) return
    const timers = [
      setTimeout(() => void latest.current(text, false), SEARCH_DELAY_MS),
      setTimeout(() => void latest.current(text, true), isUnfinished.current ? UNFINISHED_DELAY_MS : PROBLEM_DELAY_MS),
    ]
    return () => timers.forEach(clearTimeout)
  }, [text])

  return {
    text,
    problem,
    /** Sets the text and the caret position in it. */
    change(next: string, caret: number | null) {
      isUnfinished.current = caret === next.length && INCOMPLETE_CONDITION.test(next)
      setInput(next)
    },
    /** Searches now and shows a problem immediately. */
    submit: () => void commit(typed.current, true),
    clear() {
      setInput('')
      void commit('', true)
    },
  }
}
