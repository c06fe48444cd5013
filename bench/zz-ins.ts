import { readFileSync } from 'node:fs'
import pg from 'pg'
import { startSeeded } from './postgres.ts'
import { insertByHand } from './store/by-hand.ts'
const rows = 1000000
await using server = await startSeeded([rows], console.error)
const url = server.adminUrl(rows)
const admin = new pg.Client({ connectionString: url }); await admin.connect()
const q = async (s: string) => (await admin.query(s)).rows
const pm = (await q("select pg_read_file('postmaster.pid') f"))[0].f.split('\n')[0]
const cpu = () => { const out = readFileSync('/proc/' + pm + '/stat', 'utf8').split(' '); return (Number(out[13]) + Number(out[14]) + Number(out[15]) + Number(out[16])) * 10 }
const measure = async (name: string) => {
  await server.clean(rows); await q('checkpoint')
  for (let i = 0; i < 2; i++) { const l0 = (await q('select pg_current_wal_lsn() l'))[0].l; const b = cpu(); const r = await insertByHand(url, { tenant: 'org_01', rows, batches: 50, batchSize: 500 }); await new Promise((r) => setTimeout(r, 300))
  const w = (await q(`select pg_wal_lsn_diff(pg_current_wal_lsn(), '${l0}') d`))[0].d
  console.log(name, 'rows/s', Math.round(r), 'cpu µs/row', ((cpu() - b) * 1000 / 25000).toFixed(0), 'wal B/row', Math.round(w / 25000), readFileSync('/proc/loadavg', 'utf8').slice(0, 5)) }
}
const part = 'whodid.events_2026_11_tenant_id_search_text_idx'
await measure('base')
for (const kb of [4096, 16384]) { await q(`alter index ${part} set (gin_pending_list_limit = ${kb})`); await measure('gin ' + kb) }
await q(`alter index ${part} set (gin_pending_list_limit = 1024)`)
await q('alter database seed_1000000_v1 set synchronous_commit = off'); await measure('async commit'); await q('alter database seed_1000000_v1 reset synchronous_commit')
await q('alter system set wal_compression = lz4'); await q('select pg_reload_conf()'); await measure('wal lz4'); await q('alter system reset wal_compression'); await q('select pg_reload_conf()')
await q("begin; drop index whodid.events_text; commit"); await measure('no gin')
const def = "create index events_text on whodid.events using gin (tenant_id, search_text gin_trgm_ops) with (gin_pending_list_limit = 1024)"
await q("drop index whodid.events_actor, whodid.events_category, whodid.events_resource, whodid.events_project"); await measure('no gin, 4 btrees less')
await server.clean(rows); await q("set maintenance_work_mem='1GB'"); await q(def)
await admin.end()
