import type { CatalogJson, StoredEvent } from '@whodid/core'
import type { ReactNode } from 'react'
import { getSentence } from '../../events/describe.ts'
import { useActivityContext } from '../../provider/context.ts'
import { toVisibleText } from '../../text/escapes.ts'
import { Sentence } from '../text.tsx'

/**
 * The sentence of an event as a button that opens its details. Its label is explicit, since screen readers may join the
 * pieces of the sentence without spaces.
 */
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
  const sentence = getSentence(catalog, event, formats.locale)
  return (
    <button type="button" className="whodid-title-button" aria-label={toVisibleText(sentence)} onClick={onOpen}>
      <Sentence text={sentence} name={event.resource.name} />
    </button>
  )
}
