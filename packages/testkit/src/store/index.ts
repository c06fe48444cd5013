export type { StoreUnderTest } from './events.ts'
export { testStore } from './test-store.ts'
