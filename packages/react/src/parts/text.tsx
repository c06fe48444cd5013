import type { ReactNode } from 'react'
import { textRuns } from '../text/escapes.ts'

/** Text of unknown origin inside something that isolates its direction: invisible characters as visible escapes. */
export function Runs({ value }: { value: string }): ReactNode {
  const runs = textRuns(value)
  if (runs.length === 1 && runs[0]?.escape === false) return value
  return runs.map((run, index) =>
    run.escape ? (
      <span key={index} className="whodid-escape">
        {run.text}
      </span>
    ) : (
      run.text
    ),
  )
}

/**
 * Draws text of unknown origin: apart from the direction of what surrounds it, with invisible and direction-changing
 * characters as visible escapes.
 */
export function Text({ value, className }: { value: string; className?: string | undefined }): ReactNode {
  return (
    <bdi className={className}>
      <Runs value={value} />
    </bdi>
  )
}

/** A sentence with the name of its resource made to stand out. */
export function Sentence({ text, name }: { text: string; name: string | undefined }): ReactNode {
  const at = name ? text.indexOf(name) : -1
  if (!name || at < 0) return <Text value={text} />
  return (
    <bdi>
      <Runs value={text.slice(0, at)} />
      <Text value={name} className="whodid-strong" />
      <Runs value={text.slice(at + name.length)} />
    </bdi>
  )
}
