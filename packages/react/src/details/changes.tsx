import type { Change } from '@whodid/core/browser'
import type { ReactNode } from 'react'
import { Runs, Text } from '../parts/text.tsx'
import { useActivityContext } from '../provider/context.ts'
import { type ShownValue, showChange } from './display-change.ts'

function Value({ value, side }: { value: ShownValue; side: 'from' | 'to' }): ReactNode {
  const { messages } = useActivityContext()
  if (value.is !== 'value') {
    return <span className="whodid-nothing">{value.is === 'empty' ? messages.empty : messages.redacted}</span>
  }
  const pieces = value.pieces.map((piece, index) =>
    piece.marked ? (
      <mark key={index}>
        <Runs value={piece.text} />
      </mark>
    ) : (
      <Runs key={index} value={piece.text} />
    ),
  )
  const Side = side === 'from' ? 'del' : 'ins'
  return (
    <Side className="whodid-value" dir="auto" data-long={value.long ? '' : undefined}>
      {pieces}
    </Side>
  )
}

/** Changed fields, before and after. A field whose former value is not known is "set to" its value. */
export function Changes({ changes }: { changes: readonly Change[] }): ReactNode {
  const { messages } = useActivityContext()
  return (
    <dl className="whodid-changes">
      {changes.map((change) => {
        const { path, label, change: kind, from, to } = showChange(change)
        return (
          <div key={path} className="whodid-change" data-change={kind}>
            <dt title={path}>
              <Text value={label} />
            </dt>
            <dd>
              {kind === 'set' ? (
                <>
                  <span className="whodid-change-word">{messages.setTo}</span> <Value value={to} side="to" />
                </>
              ) : kind === 'removed' ? (
                <>
                  <span className="whodid-change-word">{messages.removed}</span> <Value value={from} side="from" />
                </>
              ) : (
                <>
                  <span className="whodid-sr">{messages.changedFrom}: </span>
                  <Value value={from} side="from" />
                  <span className="whodid-arrow" aria-hidden="true">
                    →
                  </span>
                  <span className="whodid-sr">{messages.changedTo}: </span>
                  <Value value={to} side="to" />
                </>
              )}
            </dd>
          </div>
        )
      })}
    </dl>
  )
}
