export type { AdapterSetup, ServeApp, ServedApp } from './adapter/adapter.ts'
export { testAdapter } from './adapter/adapter.ts'
export type { StoreUnderTest } from './store/events.ts'
export { testStore } from './store/store.ts'
