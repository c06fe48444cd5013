import type { ReactNode } from 'react'
import { useActivityContext } from '../../provider/context.ts'
import type { SearchProblem } from './search-problem.ts'

// Re-exported, so that the parser and the note share one chunk.
export { findSearchProblem } from './search-problem.ts'

/** Characters shown before and after the invalid part. */
const CONTEXT_LENGTH = 24

/** Shows the problem of a search text, or else examples. Loaded when first needed. */
export default function SearchNote({ problem }: { problem: SearchProblem | null }): ReactNode {
  return problem ? <Problem {...problem} /> : <Examples />
}

function Problem({ text, range: { start, end }, message }: SearchProblem): ReactNode {
  const before = text.slice(Math.max(start - CONTEXT_LENGTH, 0), start)
  const after = text.slice(end, end + CONTEXT_LENGTH)
  return (
    <>
      <bdi className="whodid-search-place">
        {start > CONTEXT_LENGTH && '…'}
        {before}
        <mark>{text.slice(start, Math.min(end, start + 2 * CONTEXT_LENGTH))}</mark>
        {after}
        {text.length > end + CONTEXT_LENGTH && '…'}
      </bdi>
      <bdi>{message}</bdi>
    </>
  )
}

function Examples(): ReactNode {
  const { messages } = useActivityContext()
  return (
    <>
      {messages.searchExamples.map((example) => (
        <p key={example} className="whodid-search-example" dir="ltr">
          {example}
        </p>
      ))}
    </>
  )
}
