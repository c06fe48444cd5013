import type { Change } from '@whodid/core'
import type { ReactNode } from 'react'
import { Text, TextRuns } from '../parts/text.tsx'
import { useActivityContext } from '../provider/context.ts'
import { type DisplayValue, toDisplayChange } from './display-change.ts'

function Value({ value, side }: { value: DisplayValue; side: 'from' | 'to' }): ReactNode {
  const { messages } = useActivityContext()
  if (value.type !== 'value') {
    return <span className="whodid-nothing">{value.type === 'empty' ? messages.empty : messages.redacted}</span>
  }
  const pieces = value.pieces.map((piece, index) =>
    piece.isMarked ? (
      <mark key={index}>
        <TextRuns value={piece.text} />
      </mark>
    ) : (
      <TextRuns key={index} value={piece.text} />
    ),
  )
  const Tag = side === 'from' ? 'del' : 'ins'
  return (
    <Tag className="whodid-value" dir="auto" data-long={value.isLong ? '' : undefined}>
      {pieces}
    </Tag>
  )
}

/** Lists changed fields, before and after. A field without a known old value reads "Set to" and its value. */
export function Changes({ changes }: { changes: readonly Change[] }): ReactNode {
  const { messages } = useActivityContext()
  return (
    <dl className="whodid-changes">
      {changes.map((change) => {
        const { path, label, change: kind, from, to } = toDisplayChange(change)
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
