import { lazy, type ReactNode, Suspense, useEffect, useId, useRef, useState } from 'react'
import { Icon } from '../../parts/icons/icon.tsx'
import { useActivityContext } from '../../provider/context.ts'
import { useSearchText } from './use-search-text.ts'

const SearchNote = lazy(() => import('./search-note.tsx'))

/**
 * The search box: searches when typing rests, or at once on Enter, says where its text is wrong, and shows what can be
 * written while it is empty.
 */
export function SearchBox({
  value,
  onSearch,
  onWrong,
}: {
  value: string
  onSearch: (q: string) => void
  /** Hears whether what is in the box is wrong. */
  onWrong: (wrong: boolean) => void
}): ReactNode {
  const { messages } = useActivityContext()
  const { text, problem, type, settle, clear } = useSearchText(value, onSearch)
  const input = useRef<HTMLInputElement>(null)
  const noteId = useId()
  const [hinting, setHinting] = useState(false)
  const wrong = problem !== null
  useEffect(() => {
    if (!wrong) return
    onWrong(true)
    return () => onWrong(false)
  }, [wrong, onWrong])

  return (
    <search className="whodid-search">
      <Icon name="search" size={15} />
      <input
        ref={input}
        type="search"
        aria-label={messages.search}
        aria-invalid={wrong}
        aria-describedby={hinting || wrong ? noteId : undefined}
        placeholder={messages.searchPlaceholder}
        value={text}
        dir="auto"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onChange={({ currentTarget }) => {
          setHinting(false)
          type(currentTarget.value, currentTarget.selectionStart)
        }}
        onFocus={() => setHinting(!text)}
        onBlur={() => {
          setHinting(false)
          settle()
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') settle()
          if (event.key === 'Escape' && (text || hinting)) {
            event.preventDefault()
            clear()
          }
          setHinting(false)
        }}
      />
      {text !== '' && (
        <button
          type="button"
          className="whodid-icon-button"
          aria-label={messages.clearSearch}
          onClick={() => {
            clear()
            input.current?.focus()
          }}
        >
          <Icon name="close" size={13} />
        </button>
      )}
      {/* A hint describes the box, and what is wrong is said aloud as well. */}
      <div id={noteId} role={hinting ? undefined : 'status'} className="whodid-search-problem">
        <Suspense fallback={null}>{(hinting || wrong) && <SearchNote problem={problem} />}</Suspense>
      </div>
    </search>
  )
}
