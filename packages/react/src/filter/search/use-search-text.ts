import { useEffect, useRef, useState } from 'react'
import type { SearchProblem } from './search-problem.ts'

/** How long typing rests before it is searched for, in milliseconds. */
const REST = 250
/** How long it rests before what is wrong with it is said: a condition is wrong until it is whole. */
const LONG_REST = 900
/** How long it rests where the value of a condition is still to be typed, before that is called wrong. */
const LONGER_REST = 4_000
/** Ends in a field, or in one of the values of a field. */
const UNFINISHED = /[:,]$/
/** Only phrases and conditions can be wrong, so that for plain words nothing is loaded. */
const CAN_BE_WRONG = /[":]/

async function problemOf(text: string): Promise<SearchProblem | null> {
  return CAN_BE_WRONG.test(text) ? (await import('./search-note.tsx')).problemOf(text) : null
}

/**
 * The text of a search box: searched for when typing rests, or at once when told to, and never while it is wrong. `problem`
 * is what to say of it.
 */
export function useSearchText(value: string, onSearch: (q: string) => void) {
  const [text, setText] = useState(value)
  const [problem, setProblem] = useState<SearchProblem | null>(null)
  const typed = useRef(value)
  const unfinished = useRef(false)
  const searched = useRef(value)
  const search = useRef(onSearch)
  useEffect(() => {
    search.current = onSearch
  })

  const show = (next: string) => {
    typed.current = next
    setText(next)
    setProblem(null)
  }
  // Another part of the page may have changed the search: follow it, unless it is what was typed here.
  useEffect(() => {
    if (value === searched.current) return
    searched.current = value
    typed.current = value
    setText(value)
    setProblem(null)
  }, [value])

  const commit = async (next: string, saying: boolean) => {
    const wanted = next.trim()
    const found = await problemOf(wanted)
    if (typed.current !== next) return
    if (saying) setProblem(found)
    if (found || wanted === searched.current) return
    searched.current = wanted
    search.current(wanted)
  }
  const latest = useRef(commit)
  useEffect(() => {
    latest.current = commit
  })
  useEffect(() => {
    if (text.trim() === searched.current) return
    const timers = [
      setTimeout(() => void latest.current(text, false), REST),
      setTimeout(() => void latest.current(text, true), unfinished.current ? LONGER_REST : LONG_REST),
    ]
    return () => timers.forEach(clearTimeout)
  }, [text])

  return {
    text,
    problem,
    /** Takes what is typed, and where the caret stands in it. */
    type(next: string, caret: number | null) {
      unfinished.current = caret === next.length && UNFINISHED.test(next)
      show(next)
    },
    /** Searches now, and says at once what is wrong. */
    settle: () => void commit(typed.current, true),
    clear() {
      show('')
      void commit('', true)
    },
  }
}
