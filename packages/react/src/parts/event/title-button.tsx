import type { CatalogJson, StoredEvent } from '@whodid/core/browser'
import type { ReactNode } from 'react'
import { sentenceOf } from '../../events/describe.ts'
import { useActivityContext } from '../../provider/context.ts'
import { visibleText } from '../../text/escapes.ts'
import { Sentence } from '../text.tsx'

/** The sentence of an event, which opens its details. Named as a whole, since its pieces may be read without the spaces. */
export function TitleButton({
  event,
  catalog,
  onOpen,
}: {
  event: StoredEvent
  catalog: CatalogJson
  onOpen: () => void
}): ReactNode {
  const { formats } = useActivityContext()
  const sentence = sentenceOf(catalog, event, formats.locale)
  return (
    <button type="button" className="whodid-title-button" aria-label={visibleText(sentence)} onClick={onOpen}>
      <Sentence text={sentence} name={event.resource.name} />
    </button>
  )
}
