import type { ReactNode } from 'react'
import { splitTextRuns } from '../text/escapes.ts'

/** Renders untrusted text with invisible characters as escapes. The parent must isolate its direction. */
export function TextRuns({ value }: { value: string }): ReactNode {
  const runs = splitTextRuns(value)
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

/** Renders untrusted text with isolated direction, and with invisible and direction-changing characters as escapes. */
export function Text({ value, className }: { value: string; className?: string | undefined }): ReactNode {
  return (
    <bdi className={className}>
      <TextRuns value={value} />
    </bdi>
  )
}

/** Renders a sentence with the name of its resource emphasized. */
export function Sentence({ text, name }: { text: string; name: string | undefined }): ReactNode {
  const index = name ? text.indexOf(name) : -1
  if (!name || index < 0) return <Text value={text} />
  return (
    <bdi>
      <TextRuns value={text.slice(0, index)} />
      <Text value={name} className="whodid-strong" />
      <TextRuns value={text.slice(index + name.length)} />
    </bdi>
  )
}
