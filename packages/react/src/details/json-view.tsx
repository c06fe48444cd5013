import type { Json } from '@whodid/core'
import { humanize, REDACTED } from '@whodid/core/browser'
import type { ReactNode } from 'react'
import { Text } from '../parts/text.tsx'
import { useActivityContext } from '../provider/context.ts'

/** Shows JSON readably: fields as a list, nested ones indented. */
export function JsonView({ value }: { value: Json }): ReactNode {
  const { messages } = useActivityContext()
  if (value === null || value === '') return <span className="whodid-nothing">{messages.empty}</span>
  if (value === REDACTED) return <span className="whodid-nothing">{messages.redacted}</span>
  if (typeof value !== 'object') return <Text value={String(value)} className="whodid-json-leaf" />
  const fields: readonly (readonly [string, Json])[] = Array.isArray(value)
    ? value.map((item: Json, index) => [String(index + 1), item] as const)
    : Object.entries(value)
  if (fields.length === 0) return <span className="whodid-nothing">{messages.empty}</span>
  if (Array.isArray(value) && value.every((item: Json) => typeof item !== 'object' || item === null)) {
    return <Text value={value.map(String).join(', ')} className="whodid-json-leaf" />
  }
  return (
    <dl className="whodid-facts" data-nested="">
      {fields.map(([key, item]) => (
        <div key={key} className="whodid-fact">
          <dt title={key}>
            <Text value={Array.isArray(value) ? `#${key}` : humanize(key)} />
          </dt>
          <dd>
            <JsonView value={item} />
          </dd>
        </div>
      ))}
    </dl>
  )
}
