export type { AdapterSetup, ServeApp, ServedApp } from './adapter/test-adapter.ts'
export { testAdapter } from './adapter/test-adapter.ts'
export type { StoreUnderTest } from './store/events.ts'
export { testStore } from './store/test-store.ts'
