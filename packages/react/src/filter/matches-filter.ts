// A module of its own, so that a bundler can load it apart from the first screen.
export { matchesFilter } from '@whodid/core/browser'
