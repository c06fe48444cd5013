import { raw } from '../sql.ts'

/** The schema of all tables. It is separate, so that a host can share its database. */
export const SCHEMA = 'whodid'

/** Qualified table names as SQL. */
export const tables = {
  migrations: raw(`${SCHEMA}.migrations`),
  events: raw(`${SCHEMA}.events`),
  ledger: raw(`${SCHEMA}.ledger`),
  ledgerHead: raw(`${SCHEMA}.ledger_head`),
  resourceStates: raw(`${SCHEMA}.resource_states`),
  inbox: raw(`${SCHEMA}.inbox`),
  inboxWatermark: raw(`${SCHEMA}.inbox_watermark`),
  rollupDay: raw(`${SCHEMA}.rollup_day`),
  rollupHour: raw(`${SCHEMA}.rollup_hour`),
  apiKeys: raw(`${SCHEMA}.api_keys`),
  revocations: raw(`${SCHEMA}.revocations`),
  retention: raw(`${SCHEMA}.retention`),
  leases: raw(`${SCHEMA}.leases`),
  routes: raw(`${SCHEMA}.routes`),
}

/** The `NOTIFY` channel for new events. The payload is the tenant id. */
export const EVENTS_CHANNEL = 'whodid_events'

/** Key of the advisory lock for schema changes. The value is arbitrary. */
export const SCHEMA_LOCK_KEY = 7_748_093_312

/** Key of the advisory lock for changes of the routes. The value is arbitrary. */
export const ROUTES_LOCK_KEY = 7_748_093_313
