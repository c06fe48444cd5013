/** The catalog: actions and resource types with their defaults, sentences and links. */

export { findAction, resolveAction, resolveResource } from './resolve.ts'
export { renderHref, safeHref } from './sentence.ts'
