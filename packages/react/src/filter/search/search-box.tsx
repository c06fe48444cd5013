import { lazy, type ReactNode, Suspense, useEffect, useId, useRef, useState } from 'react'
import { Icon } from '../../parts/icons/icon.tsx'
import { useActivityContext } from '../../provider/context.ts'
import { useSearchText } from './use-search-text.ts'

const SearchNote = lazy(() => import('./search-note.tsx'))

/** Search box. Searches after a pause in typing or on Enter, marks invalid text, and shows examples while empty. */
export function SearchBox({
  value,
  onSearch,
  onInvalidChange,
}: {
  value: string
  onSearch: (q: string) => void
  /** Called when the text becomes valid or invalid. */
  onInvalidChange: (isInvalid: boolean) => void
}): ReactNode {
  const { messages } = useActivityContext()
  const { text, problem, change, submit, clear } = useSearchText(value, onSearch)
  const input = useRef<HTMLInputElement>(null)
  const noteId = useId()
  const [showsExamples, setShowsExamples] = useState(false)
  const isInvalid = problem !== null
  useEffect(() => {
    if (!isInvalid) return
    onInvalidChange(true)
    return () => onInvalidChange(false)
  }, [isInvalid, onInvalidChange])

  return (
    <search className="whodid-search">
      <Icon name="search" size={15} />
      <input
        ref={input}
        type="search"
        aria-label={messages.search}
        aria-invalid={isInvalid}
        aria-describedby={showsExamples || isInvalid ? noteId : undefined}
        placeholder={messages.searchPlaceholder}
        value={text}
        dir="auto"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onChange={({ currentTarget }) => {
          setShowsExamples(false)
          change(currentTarget.value, currentTarget.selectionStart)
        }}
        onFocus={() => setShowsExamples(!text)}
        onBlur={() => {
          setShowsExamples(false)
          submit()
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') submit()
          if (event.key === 'Escape' && (text || showsExamples)) {
            event.preventDefault()
            clear()
          }
          setShowsExamples(false)
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
      {/* Examples describe the box. Problems are also announced. */}
      <div id={noteId} role={showsExamples ? undefined : 'status'} className="whodid-search-problem">
        <Suspense fallback={null}>{(showsExamples || isInvalid) && <SearchNote problem={problem} />}</Suspense>
      </div>
    </search>
  )
}
