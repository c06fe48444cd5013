import { type CatalogJson, renderHref, resolveResource, type StoredEvent, safeHref } from '@whodid/core'
import { createMask, isMasked } from './mask.ts'

/** Makes an event what a viewer gets of it. */
export type Presenter = (event: StoredEvent) => StoredEvent

/**
 * Shows events with the link that their host or their catalog gives them, if that is a safe one, and without what is masked. A
 * link of the catalog goes with any value that it is made of; what one of the host's is made of nobody can tell, so it goes with
 * the id and the name of the resource.
 */
export function createPresenter(catalog: CatalogJson, masked: readonly string[]): Presenter {
  const mask = createMask(masked)
  return (event) => {
    const { resource } = event
    const template =
      resource.href === null && resource.id !== null ? resolveResource(catalog, resource.type).href : null
    const made = template === null ? resource.href : renderHref(template, event)
    const shown = mask({ ...event, resource: { ...resource, href: safeHref(made) } })
    if (masked.length === 0 || shown.resource.href === null) return shown
    const tells = template === null ? isMasked(masked, 'resource.name') : renderHref(template, shown) !== made
    return tells ? { ...shown, resource: { ...shown.resource, href: null } } : shown
  }
}
