import type { ReactNode } from 'react'
import { useActivityContext } from '../../provider/context.ts'
import type { SearchProblem } from './search-problem.ts'

// One part to load, not two
export { problemOf } from './search-problem.ts'

/** How much of the text stands before and after the place that is wrong. */
const AROUND = 24

/** What is wrong with a search text, or else what one may say. Loaded when first needed. */
export default function SearchNote({ problem }: { problem: SearchProblem | null }): ReactNode {
  return problem ? <Problem {...problem} /> : <Examples />
}

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
