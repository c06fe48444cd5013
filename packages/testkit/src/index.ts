export { testStore } from './store.ts'
export type { StoreUnderTest } from './store-events.ts'
