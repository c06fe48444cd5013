export { mount } from './mount.ts'
export type { ExpressOptions } from './whodid.ts'
export { whodid } from './whodid.ts'
