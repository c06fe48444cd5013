import { type ReactNode, useId, useRef } from 'react'
import { Icon } from '../parts/icon.tsx'
import { useActivityContext } from '../provider/context.ts'
import type { SearchProblem } from './search-problem.ts'
import { useSearchText } from './use-search-text.ts'

/** The search box: searches when typing rests, or at once on Enter, and says where its text is wrong. */
export function SearchBox({ value, onSearch }: { value: string; onSearch: (q: string) => void }): ReactNode {
  const { messages } = useActivityContext()
  const { text, problem, type, settle, clear } = useSearchText(value, onSearch)
  const input = useRef<HTMLInputElement>(null)
  const problemId = useId()

  return (
    <search className="whodid-search">
      <Icon name="search" size={15} />
      <input
        ref={input}
        type="search"
        aria-label={messages.search}
        aria-invalid={problem !== null}
        aria-describedby={problem ? problemId : undefined}
        placeholder={messages.searchPlaceholder}
        value={text}
        dir="auto"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onChange={(event) => type(event.currentTarget.value)}
        onBlur={settle}
        onKeyDown={(event) => {
          if (event.key === 'Enter') settle()
          if (event.key === 'Escape' && text !== '') {
            event.preventDefault()
            clear()
          }
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
      <div id={problemId} role="status" className="whodid-search-problem">
        {problem && <Problem {...problem} />}
      </div>
    </search>
  )
}

/** How much of the text stands before and after the place that is wrong. */
const AROUND = 24

function Problem({ text, at: { start, end }, message }: SearchProblem): ReactNode {
  const before = text.slice(Math.max(start - AROUND, 0), start)
  const after = text.slice(end, end + AROUND)
  return (
    <>
      <bdi className="whodid-search-place">
        {start > AROUND && '…'}
        {before}
        <mark>{text.slice(start, Math.min(end, start + 2 * AROUND))}</mark>
        {after}
        {text.length > end + AROUND && '…'}
      </bdi>
      <bdi>{message}</bdi>
    </>
  )
}
