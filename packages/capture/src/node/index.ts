export type { NodeRequest } from './fetch.ts'
export { toFetchRequest, writeFetchResponse } from './fetch.ts'
