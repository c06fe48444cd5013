import { raw } from '../sql.ts'

/** Everything stands in a schema of its own, so that a host may share its database. */
export const SCHEMA = 'whodid'

/** The names of the tables, as they stand in statements. */
export const tables = {
  migrations: raw(`${SCHEMA}.migrations`),
  events: raw(`${SCHEMA}.events`),
  ledger: raw(`${SCHEMA}.ledger`),
  ledgerHead: raw(`${SCHEMA}.ledger_head`),
  resourceFates: raw(`${SCHEMA}.resource_fates`),
  inbox: raw(`${SCHEMA}.inbox`),
  inboxWatermark: raw(`${SCHEMA}.inbox_watermark`),
  rollupDay: raw(`${SCHEMA}.rollup_day`),
  rollupHour: raw(`${SCHEMA}.rollup_hour`),
  apiKeys: raw(`${SCHEMA}.api_keys`),
  revocations: raw(`${SCHEMA}.revocations`),
  retention: raw(`${SCHEMA}.retention`),
  leases: raw(`${SCHEMA}.leases`),
}

/** The channel that hints at new events; its payload is the tenant. */
export const CHANNEL = 'whodid_events'

/** Any number that is ours: the advisory lock that changes of the schema are made under. */
export const SCHEMA_LOCK = 7_748_093_312
