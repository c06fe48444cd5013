import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Icon } from '../parts/icon.tsx'
import { useActivityContext } from '../provider/context.ts'

/** How long typing rests before it is searched for, in milliseconds. */
const REST = 250

/** The search box: searches when typing rests, or at once on Enter. */
export function SearchBox({ value, onSearch }: { value: string; onSearch: (q: string) => void }): ReactNode {
  const { messages } = useActivityContext()
  const [text, setText] = useState(value)
  const searched = useRef(value)
  const search = useRef(onSearch)
  useEffect(() => {
    search.current = onSearch
  })

  // Another part of the page may have changed the search: follow it, unless it is what was typed here.
  useEffect(() => {
    if (value === searched.current) return
    searched.current = value
    setText(value)
  }, [value])

  const commit = (next: string) => {
    if (next === searched.current) return
    searched.current = next
    search.current(next)
  }
  useEffect(() => {
    const wanted = text.trim()
    if (wanted === searched.current) return
    const timer = setTimeout(() => {
      searched.current = wanted
      search.current(wanted)
    }, REST)
    return () => clearTimeout(timer)
  }, [text])

  return (
    <search className="whodid-search">
      <Icon name="search" size={15} />
      <input
        type="search"
        aria-label={messages.search}
        placeholder={messages.searchPlaceholder}
        value={text}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit(text.trim())
          if (event.key === 'Escape' && text !== '') {
            event.preventDefault()
            setText('')
            commit('')
          }
        }}
      />
      {text !== '' && (
        <button
          type="button"
          className="whodid-icon-button"
          aria-label={messages.clearSearch}
          onClick={() => {
            setText('')
            commit('')
          }}
        >
          <Icon name="close" size={13} />
        </button>
      )}
    </search>
  )
}
