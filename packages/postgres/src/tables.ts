import { raw } from './sql.ts'

/** Everything stands in a schema of its own, so that a host may share its database. */
export const SCHEMA = 'whodid'

/** The names of the tables, as they stand in statements. */
export const tables = {
  migrations: raw(`${SCHEMA}.migrations`),
  events: raw(`${SCHEMA}.events`),
  ledger: raw(`${SCHEMA}.ledger`),
  ledgerHead: raw(`${SCHEMA}.ledger_head`),
  inbox: raw(`${SCHEMA}.inbox`),
  inboxWatermark: raw(`${SCHEMA}.inbox_watermark`),
}

/** The channel that hints at new events; its payload is the tenant. */
export const CHANNEL = 'whodid_events'
