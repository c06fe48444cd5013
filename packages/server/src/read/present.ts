import type { CatalogJson, StoredEvent } from '@whodid/core'
import { renderHref, resolveResource, safeHref } from '@whodid/core/catalog'
import { createMask, isMasked } from './mask.ts'

/** Converts a stored event to the form that a viewer receives. */
export type Presenter = (event: StoredEvent) => StoredEvent

/**
 * Creates a presenter that adds the resource's link and masks fields.
 * The link comes from the host or the catalog, and is removed if it is unsafe or could reveal a masked value.
 */
export function createPresenter(catalog: CatalogJson, masked: readonly string[]): Presenter {
  const mask = masked.length > 0 ? createMask(masked) : undefined
  return (event) => {
    const { resource } = event
    const template =
      resource.href === null && resource.id !== null ? resolveResource(catalog, resource.type).href : null
    const href = template === null ? resource.href : renderHref(template, event)
    const linked = { ...event, resource: { ...resource, href: safeHref(href) } }
    if (!mask) return linked
    const visible = mask(linked)
    if (visible.resource.href === null) return visible
    // A link of the host may contain anything about its resource, so it is removed with the resource's name.
    const revealsMasked = template === null ? isMasked(masked, 'resource.name') : renderHref(template, visible) !== href
    return revealsMasked ? { ...visible, resource: { ...visible.resource, href: null } } : visible
  }
}
