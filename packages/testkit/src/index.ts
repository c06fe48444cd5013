export type { AdapterSetup, ServeApp, ServedApp } from './adapter.ts'
export { testAdapter } from './adapter.ts'
export { testStore } from './store.ts'
export type { StoreUnderTest } from './store-events.ts'
